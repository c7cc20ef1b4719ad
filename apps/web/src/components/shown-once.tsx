'use client';

import { Check, Copy } from 'lucide-react';
import { useRef, useState } from 'react';
import { Button } from '@/components/ui/button';
import { DialogClose } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';

/** A secret that is shown now and never again, with a button that copies it. */
export function ShownOnce({ label, hint, secret }: { label: string; hint: string; secret: string }) {
  const [isCopied, setCopied] = useState(false);
  const field = useRef<HTMLInputElement>(null);

  async function copy(): Promise<void> {
    field.current?.select();
    // Without TLS a browser has no clipboard for pages, but still copies what is selected.
    if (navigator.clipboard) await navigator.clipboard.writeText(secret);
    else document.execCommand('copy');
    setCopied(true);
  }

  return (
    <div className="flex flex-col gap-5">
      <Field label={label} hint={hint}>
        {(wiring) => (
          <div className="flex gap-2">
            <Input {...wiring} ref={field} readOnly value={secret} onFocus={(event) => event.target.select()} />
            <Button className="h-10" onClick={() => void copy()}>
              {isCopied ? <Check /> : <Copy />}
              {isCopied ? 'Copied' : 'Copy'}
            </Button>
          </div>
        )}
      </Field>
      <DialogClose asChild>
        <Button variant="secondary" className="self-end">
          Done
        </Button>
      </DialogClose>
    </div>
  );
}
