'use client';

import { RadioGroup as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import { cn } from '@/lib/cn';

interface Option<T extends string> {
  value: T;
  label: string;
  hint?: string;
  picture?: ReactNode;
}

/** One of a few, all in view. */
export function Choice<T extends string>({
  label,
  value,
  options,
  onChange,
  disabled = false,
  className,
}: {
  label: string;
  value: T | undefined;
  options: readonly Option<T>[];
  onChange: (value: T) => void;
  disabled?: boolean;
  className?: string;
}) {
  return (
    <Radix.Root
      aria-label={label}
      value={value ?? null}
      disabled={disabled}
      onValueChange={(next) => onChange(next as T)}
      className={cn('grid gap-2', className)}
    >
      {options.map((option) => (
        <Radix.Item
          key={option.value}
          value={option.value}
          className="group flex min-h-11 flex-col gap-3 rounded-lg border bg-raised p-3 text-left transition-colors hover:bg-hover disabled:opacity-60 data-[state=checked]:border-accent data-[state=checked]:shadow-[inset_0_0_0_1px_var(--accent)]"
        >
          {option.picture}
          <span className="flex w-full items-start gap-2.5">
            <span className="mt-0.5 grid size-4 shrink-0 place-items-center rounded-full border border-border-strong group-data-[state=checked]:border-accent">
              <Radix.Indicator className="size-2 rounded-full bg-accent" />
            </span>
            <span className="flex flex-col">
              <span className="font-medium">{option.label}</span>
              {option.hint ? <span className="text-xs text-muted-foreground">{option.hint}</span> : null}
            </span>
          </span>
        </Radix.Item>
      ))}
    </Radix.Root>
  );
}
