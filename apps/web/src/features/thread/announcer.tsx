import type { Message } from '@chatbox/contracts';
import { useEffect, useRef, useState } from 'react';

/** Tells a screen reader when an answer begins and ends, and leaves the words to its user. */
export function Announcer({ running }: { running: Message | undefined }) {
  const [said, setSaid] = useState('');
  const wasRunning = useRef(false);
  const isWriting = running !== undefined;
  useEffect(() => {
    if (isWriting !== wasRunning.current) setSaid(isWriting ? 'Answer started' : 'Answer finished');
    wasRunning.current = isWriting;
  }, [isWriting]);
  return (
    <p aria-live="polite" className="sr-only">
      {said}
    </p>
  );
}
