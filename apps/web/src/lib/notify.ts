interface Undo {
  label: string;
  onClick: () => void;
}

const UNDO_MS = 10_000;

let isWanted = false;
let mount: (() => void) | undefined;
const { promise: isThere, resolve: toasterIsThere } = Promise.withResolvers<void>();

export { toasterIsThere };

/** Calls when there is something to show for the first time, so that the toaster need not be on the page before. */
export function onFirstNotice(listener: () => void): () => void {
  mount = listener;
  if (isWanted) listener();
  return () => {
    if (mount === listener) mount = undefined;
  };
}

async function theToast() {
  isWanted = true;
  mount?.();
  const [{ toast }] = await Promise.all([import('sonner'), isThere]);
  return toast;
}

/** A toast that offers a way back. Its code is fetched when the first one is shown. */
export async function notifyUndoable(text: string, action: Undo): Promise<void> {
  (await theToast())(text, { duration: UNDO_MS, action });
}

export async function notifyFailure(text: string): Promise<void> {
  (await theToast()).error(text);
}
