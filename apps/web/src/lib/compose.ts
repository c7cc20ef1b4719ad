export interface ComposeRequest {
  /** Put into the composer; what a person has typed there already stays in front of it. */
  text?: string;
  /** Send at once, instead of leaving the text to be read over. */
  send?: boolean;
}

type Listener = (request: ComposeRequest) => void;

let current: Listener | undefined;

/** Called by the composer on the page. Call the result when it leaves. */
export function onCompose(listener: Listener): () => void {
  current = listener;
  return () => {
    if (current === listener) current = undefined;
  };
}

/** Gives the focus, and perhaps a text, to the composer of the page, if there is one. */
export const compose = (request: ComposeRequest): void => current?.(request);
