import type { ReactNode } from 'react';
import { LiveProvider } from '@/lib/live';
import { Frame } from './frame';

export default function FrameLayout({ children }: { children: ReactNode }) {
  return (
    <LiveProvider>
      <Frame>{children}</Frame>
    </LiveProvider>
  );
}
