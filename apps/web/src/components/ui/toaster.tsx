'use client';

import { useEffect } from 'react';
import { Toaster as Sonner } from 'sonner';
import { toasterIsThere } from '@/lib/notify';

/** For what happened elsewhere, or can be undone. */
export function Toaster({ theme }: { theme: 'system' | 'light' | 'dark' }) {
  // After the effects of what is inside: from here on nothing that is said is lost.
  useEffect(toasterIsThere, []);
  return (
    <Sonner
      theme={theme}
      position="bottom-center"
      gap={8}
      toastOptions={{
        unstyled: true,
        classNames: {
          toast:
            'flex w-(--width) items-center gap-3 rounded-lg bg-raised px-4 py-3 text-sm text-text shadow-popover font-sans',
          description: 'text-muted-foreground',
          actionButton:
            'ml-auto shrink-0 rounded-sm px-2 py-1 font-medium text-accent hover:bg-hover focus-visible:outline-2 focus-visible:outline-accent',
        },
      }}
    />
  );
}
