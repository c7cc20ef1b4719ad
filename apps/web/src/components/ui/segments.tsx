'use client';

import { useEffect, useId, useState } from 'react';
import { cn } from '@/lib/cn';

/** One of a few short words in a row. */
export function Segments<T extends string>({
  label,
  value,
  options,
  onChange,
  className,
}: {
  label: string;
  value: T;
  options: readonly { value: T; label: string; spoken?: string }[];
  onChange: (value: T) => void;
  className?: string;
}) {
  const name = useId();
  // What is chosen may live in the address, which takes its time; the button does not.
  const [chosen, setChosen] = useState(value);
  useEffect(() => setChosen(value), [value]);
  return (
    <fieldset className={cn('inline-flex rounded-md border bg-surface p-0.5', className)}>
      <legend className="sr-only">{label}</legend>
      {options.map((option) => (
        <label
          key={option.value}
          className="relative grid min-h-7 flex-1 cursor-pointer place-items-center rounded-sm px-3 text-[0.8125rem] whitespace-nowrap text-muted-foreground transition-colors hover:text-text has-checked:bg-raised has-checked:font-medium has-checked:text-text has-checked:shadow-[0_0_0_1px_var(--border)] has-focus-visible:outline-2 has-focus-visible:outline-offset-1 has-focus-visible:outline-accent pointer-coarse:min-h-10"
        >
          <input
            type="radio"
            name={name}
            className="absolute inset-0 cursor-pointer appearance-none rounded-sm outline-none"
            aria-label={option.spoken}
            checked={option.value === chosen}
            onChange={() => {
              setChosen(option.value);
              onChange(option.value);
            }}
          />
          <span aria-hidden={option.spoken !== undefined}>{option.label}</span>
        </label>
      ))}
    </fieldset>
  );
}
