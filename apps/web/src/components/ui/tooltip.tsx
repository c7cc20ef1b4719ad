'use client';

import { Tooltip as Radix } from 'radix-ui';
import type { ReactNode } from 'react';

export const TooltipProvider = Radix.Provider;

export function Tooltip({
  label,
  keys,
  side = 'bottom',
  children,
}: {
  label: string;
  /** Keyboard shortcut, as it is printed. */
  keys?: string;
  side?: 'top' | 'right' | 'bottom' | 'left';
  children: ReactNode;
}) {
  return (
    <Radix.Root>
      <Radix.Trigger asChild>{children}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          side={side}
          sideOffset={6}
          collisionPadding={8}
          className="z-50 flex items-center gap-2 rounded-sm bg-text px-2 py-1 text-xs text-background fade-in-0 animate-in select-none"
        >
          {label}
          {keys ? <span className="font-sans opacity-70">{keys}</span> : null}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
