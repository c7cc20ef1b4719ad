import { useCallback, useEffect, useRef, useState } from 'react';
import { toast } from 'sonner';

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
      () => toast.error('The browser did not let this page copy. Select the text and copy it by hand.'),
    );
  }, []);
  return [copied, copy];
}

/** navigator.clipboard exists in secure contexts only; a server in the local network is often plain http. */
async function write(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement('textarea');
  area.value = text;
  area.style.position = 'fixed';
  area.style.opacity = '0';
  document.body.append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  if (!done) throw new Error('copy refused');
}
