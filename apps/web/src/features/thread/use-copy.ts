import { useCallback, useEffect, useRef, useState } from 'react';
import { write } from '@/lib/clipboard';
import { notifyFailure } from '@/lib/notify';

const SHOWN_MS = 1500;

/** Copies, and says for a moment that it did. */
export function useCopy(): [copied: boolean, copy: (text: string) => void] {
  const [copied, setCopied] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const copy = useCallback((text: string) => {
    write(text).then(
      () => {
        setCopied(true);
        clearTimeout(timer.current);
        timer.current = setTimeout(() => setCopied(false), SHOWN_MS);
      },
      () => void notifyFailure('The browser did not let this page copy. Select the text and copy it by hand.'),
    );
  }, []);
  return [copied, copy];
}
