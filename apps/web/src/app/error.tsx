'use client';

import type { ComponentProps } from 'react';
import { FailedPage } from '@/components/failed-page';

export default function ErrorPage(props: ComponentProps<typeof FailedPage>) {
  return (
    <main className="flex min-h-dvh">
      <FailedPage {...props} />
    </main>
  );
}
