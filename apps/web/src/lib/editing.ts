type Listener = () => void;

let current: Listener | undefined;

/** Called by the thread on the page: what "edit my last message" does. Call the result when it leaves. */
export function onEditLast(listener: Listener): () => void {
  current = listener;
  return () => {
    if (current === listener) current = undefined;
  };
}

export const editLast = (): void => current?.();
