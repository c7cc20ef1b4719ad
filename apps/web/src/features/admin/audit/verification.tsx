'use client';

import { ShieldAlert, ShieldCheck } from 'lucide-react';
import { sayProblem } from '@/lib/problem';
import { useVerification } from './queries';

/** One calm line: whether every entry still follows from the one before. */
export function Verification() {
  const { data, error } = useVerification();
  if (error && !data) {
    return <p className="text-xs text-muted-foreground">The chain could not be verified. {sayProblem(error)}</p>;
  }
  if (!data) return <p className="text-xs text-muted-foreground">Verifying the chain of entries</p>;
  const Icon = data.intact ? ShieldCheck : ShieldAlert;
  return (
    <p role={data.intact ? undefined : 'alert'} className="flex items-start gap-2 text-xs text-muted-foreground">
      <Icon aria-hidden className={`mt-px size-3.5 shrink-0 ${data.intact ? 'text-success' : 'text-danger'}`} />
      <span>
        {data.intact
          ? `Whole and unchanged: each of the ${data.entries} entries follows from the one before. `
          : `Entry ${data.brokenAt} is missing, changed or out of place. The ${data.entries} entries before it are in order. `}
        <span title={data.head.hash}>
          Head {data.head.seq}, <code className="font-mono">{data.head.hash.slice(0, 12)}</code>
        </span>
      </span>
    </p>
  );
}
