import type { ReactNode } from 'react';

export default function DoorLayout({ children }: { children: ReactNode }) {
  return (
    <main className="grid min-h-dvh place-items-center bg-surface px-4 py-10 [background-image:radial-gradient(60rem_30rem_at_50%_-12rem,var(--accent-soft),transparent)]">
      {children}
    </main>
  );
}
