import { type RefObject, useCallback, useEffect, useRef, useState } from 'react';

const key = (conversationId: string | null) => `chatbox.draft.${conversationId ?? 'new'}`;
const WRITE_AFTER_MS = 250;

function read(conversationId: string | null): string {
  try {
    return localStorage.getItem(key(conversationId)) ?? '';
  } catch {
    return '';
  }
}

function write(conversationId: string | null, text: string): void {
  try {
    if (text === '') localStorage.removeItem(key(conversationId));
    else localStorage.setItem(key(conversationId), text);
  } catch {
    // Without storage the draft lives as long as the page.
  }
}

/** Browsers put back by themselves what stood in a field when a page was left. */
const joined = (kept: string, typed: string): string =>
  kept.startsWith(typed) ? kept : typed.startsWith(kept) ? typed : kept + typed;

/** What a person has typed and not sent: per conversation, over reloads. */
export function useDraft(
  conversationId: string | null,
  field: RefObject<HTMLTextAreaElement | null>,
): [text: string, setText: (text: string) => void] {
  const [text, setState] = useState('');
  const isFirst = useRef(true);
  const pending = useRef<{ timer: ReturnType<typeof setTimeout>; save: () => void }>(undefined);

  useEffect(() => {
    // A person may have begun to type before the page came to life.
    const typed = isFirst.current ? (field.current?.value ?? '') : '';
    isFirst.current = false;
    setState(joined(read(conversationId), typed));
    const flush = () => {
      if (!pending.current) return;
      clearTimeout(pending.current.timer);
      pending.current.save();
    };
    window.addEventListener('pagehide', flush);
    return () => {
      window.removeEventListener('pagehide', flush);
      flush();
    };
  }, [conversationId, field]);

  const setText = useCallback(
    (next: string) => {
      setState(next);
      clearTimeout(pending.current?.timer);
      const save = () => {
        pending.current = undefined;
        write(conversationId, next);
      };
      if (next === '') save();
      else pending.current = { save, timer: setTimeout(save, WRITE_AFTER_MS) };
    },
    [conversationId],
  );
  return [text, setText];
}
