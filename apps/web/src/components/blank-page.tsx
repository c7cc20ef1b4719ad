import type { ReactNode } from 'react';

/** A page with one thing to say: not found, an error. */
export function BlankPage({ title, children, actions }: { title: string; children: ReactNode; actions: ReactNode }) {
  return (
    <div className="grid flex-1 place-items-center px-6 py-16">
      <div className="flex max-w-md flex-col items-start gap-3">
        <h1 className="text-xl font-semibold tracking-tight text-balance">{title}</h1>
        <div className="text-muted-foreground">{children}</div>
        <div className="mt-3 flex flex-wrap gap-2">{actions}</div>
      </div>
    </div>
  );
}
