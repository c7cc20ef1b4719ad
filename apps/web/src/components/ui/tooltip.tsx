import { Slot } from 'radix-ui';
import type { ReactNode } from 'react';

export type Side = 'top' | 'right' | 'bottom' | 'left';

/** Marks its child with a tooltip; the one TooltipLayer of the page shows it. */
export function Tooltip({
  label,
  keys,
  side = 'bottom',
  children,
}: {
  label: string;
  /** Keyboard shortcut, as it is printed. */
  keys?: string | undefined;
  side?: Side | undefined;
  children: ReactNode;
}) {
  return (
    <Slot.Root data-tooltip={label} data-tooltip-keys={keys} data-tooltip-side={side}>
      {children}
    </Slot.Root>
  );
}
