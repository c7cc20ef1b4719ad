'use client';

import { Dialog as Radix } from 'radix-ui';
import { type ReactNode, useRef } from 'react';
import { SCRIM } from './dialog';

/** A panel from the left edge, for narrow screens. */
export function Drawer({
  open,
  onOpenChange,
  title,
  children,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  children: ReactNode;
}) {
  const panel = useRef<HTMLDivElement>(null);
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className={SCRIM} />
        <Radix.Content
          ref={panel}
          aria-describedby={undefined}
          onOpenAutoFocus={(event) => {
            // The panel itself, not its first button: that one would show its tooltip at once.
            event.preventDefault();
            panel.current?.focus();
          }}
          className="fixed inset-y-0 left-0 z-50 w-[min(20rem,85vw)] bg-surface shadow-popover focus:outline-none data-[state=open]:animate-in data-[state=open]:duration-150 data-[state=open]:slide-in-from-left"
        >
          <Radix.Title className="sr-only">{title}</Radix.Title>
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
