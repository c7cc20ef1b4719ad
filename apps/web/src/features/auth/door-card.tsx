import type { ReactNode } from 'react';
import { Mark } from '@/components/mark';

/** The card at the door: sign in, create an account. */
export function DoorCard({ title, lead, children }: { title: string; lead?: ReactNode; children: ReactNode }) {
  return (
    <div className="w-full max-w-sm rounded-lg bg-raised p-6 shadow-popover sm:p-8">
      <Mark className="size-9" />
      <h1 className="mt-5 text-xl font-semibold tracking-tight">{title}</h1>
      {lead ? <p className="mt-1 text-muted-foreground">{lead}</p> : null}
      <div className="mt-6">{children}</div>
    </div>
  );
}
