'use client';

import { type KeyboardEvent, useEffect, useRef, useState } from 'react';

const LONGEST_TITLE = 200;

/** Stands in the place of the title while it is renamed: Enter keeps, Esc leaves it as it was. */
export function TitleField({ title, onDone }: { title: string; onDone: (title: string | null) => void }) {
  const [text, setText] = useState(title);
  const field = useRef<HTMLInputElement>(null);
  const isDone = useRef(false);

  useEffect(() => {
    // A closing menu still holds the focus in this frame.
    const frame = requestAnimationFrame(() => field.current?.select());
    return () => cancelAnimationFrame(frame);
  }, []);

  function finish(kept: string | null): void {
    if (isDone.current) return;
    isDone.current = true;
    onDone(kept);
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Enter') finish(text.trim() || null);
    else if (event.key === 'Escape') finish(null);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  return (
    <input
      ref={field}
      aria-label="Title of the conversation"
      value={text}
      maxLength={LONGEST_TITLE}
      onChange={(event) => setText(event.target.value)}
      onKeyDown={onKeyDown}
      onBlur={() => finish(text.trim() || null)}
      className="h-8 w-full rounded-md border border-accent bg-raised px-2 text-base outline-1 outline-accent pointer-coarse:h-11 sm:text-sm"
    />
  );
}
