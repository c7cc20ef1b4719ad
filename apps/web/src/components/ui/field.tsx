import { type ReactNode, useId } from 'react';
import { cn } from '@/lib/cn';

interface Wiring {
  id: string;
  'aria-describedby': string | undefined;
  'aria-invalid': true | undefined;
}

/** Label, control, hint and error, wired together for everybody who cannot see that they stand together. */
export function Field({
  label,
  hint,
  error,
  optional = false,
  className,
  children,
}: {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
  optional?: boolean;
  className?: string;
  children: (wiring: Wiring) => ReactNode;
}) {
  const id = useId();
  const said = error ?? hint;
  return (
    <div className={cn('flex flex-col gap-1.5', className)}>
      <label htmlFor={id} className="flex items-baseline justify-between font-medium">
        {label}
        {optional ? <span className="text-xs font-normal text-muted-foreground">optional</span> : null}
      </label>
      {children({ id, 'aria-describedby': said ? `${id}-said` : undefined, 'aria-invalid': error ? true : undefined })}
      {said ? (
        <p id={`${id}-said`} className={cn('text-xs', error ? 'text-danger' : 'text-muted-foreground')}>
          {said}
        </p>
      ) : null}
    </div>
  );
}
