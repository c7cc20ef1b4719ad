import type { AccountState } from '@chatbox/contracts';
import { ShieldAlert } from 'lucide-react';
import { Rows, Section } from '@/components/section';
import { Badge } from '@/components/ui/badge';
import { sayMoment } from '@/lib/say';

/** Somebody who did not try these themselves should know of it. */
export function FailedSignIns({ failures }: { failures: AccountState['failedSignIns'] }) {
  return (
    <Section
      title="Failed sign-ins"
      lead="Tries with your e-mail that did not get in, in the last 30 days. If they were not yours, change your password."
    >
      {failures.length > 0 ? (
        <Rows label="Failed sign-ins">
          {failures.map(({ at, address, isNew }) => (
            <li key={at} className="flex min-h-12 items-center gap-3 px-4 py-2.5">
              <ShieldAlert aria-hidden className="size-5 shrink-0 text-muted-foreground" />
              <p className="min-w-0 flex-1">
                {sayMoment(at)}
                <span className="block truncate text-xs text-muted-foreground">
                  {address ? `from ${address}` : 'from an unknown address'}
                </span>
              </p>
              {isNew ? <Badge tone="warning">since your last sign-in</Badge> : null}
            </li>
          ))}
        </Rows>
      ) : (
        <p className="rounded-lg border border-dashed px-4 py-6 text-center text-muted-foreground">
          None. Nobody has tried your account in vain.
        </p>
      )}
    </Section>
  );
}
