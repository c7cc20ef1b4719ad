import { type FormEvent, type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { Button } from '@/components/ui/button';

interface Props {
  content: string;
  onCancel: () => void;
  onSend: (content: string) => void;
}

/** In place. Sending makes a new version beside the old one; nothing is lost. */
export function EditMessage({ content, onCancel, onSend }: Props) {
  const [text, setText] = useState(content);
  const area = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    const element = area.current;
    element?.focus();
    element?.setSelectionRange(element.value.length, element.value.length);
  }, []);
  const canSend = text.trim() !== '';

  function submit(event?: FormEvent): void {
    event?.preventDefault();
    if (canSend) onSend(text);
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Escape') {
      event.stopPropagation();
      onCancel();
    }
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      submit();
    }
  }

  return (
    <form aria-label="Edit message" onSubmit={submit} className="ml-auto w-full max-w-[36rem] rounded-xl bg-bubble p-2">
      <textarea
        ref={area}
        aria-label="Edit your message"
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
        className="block max-h-[40dvh] min-h-16 w-full resize-none bg-transparent px-2 py-0.5 text-base field-sizing-content outline-none"
      />
      <div className="mt-1.5 flex items-center justify-end gap-2">
        <Button variant="ghost" size="sm" onClick={onCancel}>
          Cancel
        </Button>
        <Button type="submit" size="sm" disabled={!canSend}>
          Send
        </Button>
      </div>
    </form>
  );
}
