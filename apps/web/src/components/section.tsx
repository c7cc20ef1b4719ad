import type { ReactNode } from 'react';

export function SettingsPage({ title, children }: { title: string; children: ReactNode }) {
  return (
    <>
      <h1 className="text-xl font-semibold tracking-tight">{title}</h1>
      <div className="mt-6 flex flex-col gap-10">{children}</div>
    </>
  );
}

export function Section({
  title,
  lead,
  action,
  id,
  children,
}: {
  title: string;
  lead?: ReactNode;
  action?: ReactNode;
  id?: string;
  children: ReactNode;
}) {
  return (
    <section id={id} aria-label={title} className="scroll-mt-6">
      <div className="mb-3 flex items-end justify-between gap-4">
        <div>
          <h2 className="text-base font-semibold tracking-tight">{title}</h2>
          {lead ? <p className="mt-0.5 text-muted-foreground">{lead}</p> : null}
        </div>
        {action}
      </div>
      {children}
    </section>
  );
}

/** Rows with a line between them. */
export function Rows({ label, children }: { label: string; children: ReactNode }) {
  return (
    <ul aria-label={label} className="divide-y rounded-lg border bg-raised">
      {children}
    </ul>
  );
}
