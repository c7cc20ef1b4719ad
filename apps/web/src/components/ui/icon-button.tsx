import type { ReactNode } from 'react';
import { Button, type ButtonProps } from './button';
import { type Side, Tooltip } from './tooltip';

/** A button that shows an icon only: its name is read aloud and shown on hover. */
export function IconButton({
  label,
  keys,
  children,
  side,
  ...rest
}: Omit<ButtonProps, 'aria-label' | 'children'> & {
  label: string;
  keys?: string;
  children: ReactNode;
  side?: Side;
}) {
  return (
    <Tooltip label={label} keys={keys} side={side}>
      <Button variant="quiet" size="icon" {...rest} aria-label={label}>
        {children}
      </Button>
    </Tooltip>
  );
}
