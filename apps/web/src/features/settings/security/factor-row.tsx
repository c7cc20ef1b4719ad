import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { Notice } from '@/components/ui/notice';
import { sayRefusal } from '@/lib/refusal';

/** One way to prove who you are: what it is, how it stands, what can be done. */
export function FactorRow({
  icon: Icon,
  name,
  badge,
  state,
  error,
  children,
}: {
  icon: LucideIcon;
  name: string;
  badge?: ReactNode;
  state: string;
  error?: unknown;
  children?: ReactNode;
}) {
  return (
    <li className="px-4 py-3">
      <div className="flex min-h-10 items-center gap-3">
        <Icon aria-hidden className="size-5 shrink-0 text-muted-foreground" />
        <div className="min-w-0 flex-1">
          <p className="flex flex-wrap items-center gap-2 font-medium">
            <span className="min-w-0 break-words">{name}</span>
            {badge}
          </p>
          <p className="text-xs text-muted-foreground">{state}</p>
        </div>
        {children}
      </div>
      {error ? (
        <Notice tone="danger" className="mt-2">
          {sayRefusal(error)}
        </Notice>
      ) : null}
    </li>
  );
}
