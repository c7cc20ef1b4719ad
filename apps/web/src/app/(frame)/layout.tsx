import type { ReactNode } from 'react';

export default function FrameLayout({ children }: { children: ReactNode }) {
  return <div className="flex h-dvh flex-col">{children}</div>;
}
