interface Undo {
  label: string;
  onClick: () => void;
}

const UNDO_MS = 10_000;

/** A toast that offers a way back. Its code is fetched when the first one is shown. */
export async function notifyUndoable(text: string, action: Undo): Promise<void> {
  const { toast } = await import('sonner');
  toast(text, { duration: UNDO_MS, action });
}

export async function notifyFailure(text: string): Promise<void> {
  const { toast } = await import('sonner');
  toast.error(text);
}
