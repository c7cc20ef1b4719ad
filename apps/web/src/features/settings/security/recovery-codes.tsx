'use client';

import { Check, Copy, Download } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Notice } from '@/components/ui/notice';
import { write } from '@/lib/clipboard';

/** Shown once; whoever closes them has kept them, or makes new ones. */
export function RecoveryCodeList({ codes, onDone }: { codes: readonly string[]; onDone: () => void }) {
  const [isCopied, setCopied] = useState(false);
  const text = `${codes.join('\n')}\n`;
  const file = `data:text/plain;charset=utf-8,${encodeURIComponent(`Chatbox recovery codes for ${location.host}\n\n${text}`)}`;
  return (
    <div className="flex flex-col gap-4">
      <Notice tone="warning">
        Keep these where you find them without your phone. Each one signs you in once. They are shown only now.
      </Notice>
      <ul
        aria-label="Recovery codes"
        className="grid grid-cols-1 gap-x-6 gap-y-1.5 rounded-md border bg-surface px-4 py-3 font-mono text-sm sm:grid-cols-2"
      >
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <div className="flex flex-wrap gap-2">
        <Button variant="secondary" onClick={() => void write(text).then(() => setCopied(true))}>
          {isCopied ? <Check /> : <Copy />}
          {isCopied ? 'Copied' : 'Copy'}
        </Button>
        <Button asChild variant="secondary">
          <a href={file} download="chatbox-recovery-codes.txt">
            <Download />
            Download
          </a>
        </Button>
        <Button className="ml-auto" onClick={onDone}>
          I have kept them
        </Button>
      </div>
    </div>
  );
}
