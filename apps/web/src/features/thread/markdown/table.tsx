import { Check, Copy } from 'lucide-react';
import { type ComponentProps, useRef } from 'react';
import { IconButton } from '@/components/ui/icon-button';
import { SCROLLS } from '../scrolls';
import { useCopy } from '../use-copy';
import { rowsOf, toCsv } from './csv';

/** Scrolls inside itself, keeps its head in sight. */
export function Table({ children }: ComponentProps<'table'>) {
  const table = useRef<HTMLTableElement>(null);
  const [copied, copy] = useCopy();
  return (
    <div className="group/table relative my-4 flex flex-col">
      <section {...SCROLLS} aria-label="Table" className="max-h-[32rem] overflow-auto rounded-lg border">
        <table ref={table} className="w-full border-separate border-spacing-0 text-sm leading-5.5">
          {children}
        </table>
      </section>
      <IconButton
        label={copied ? 'Copied' : 'Copy as CSV'}
        onClick={() => table.current && copy(toCsv(rowsOf(table.current)))}
        className="absolute top-1 right-1 z-20 size-7 bg-surface opacity-0 group-focus-within/table:opacity-100 group-hover/table:opacity-100 pointer-coarse:static pointer-coarse:self-end pointer-coarse:bg-transparent pointer-coarse:opacity-100"
      >
        {copied ? <Check className="text-success" /> : <Copy />}
      </IconButton>
    </div>
  );
}
