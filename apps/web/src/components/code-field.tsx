'use client';

import { useEffect, useRef } from 'react';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';

/** Six digits of an authenticator app. */
export function CodeField({
  value,
  onChange,
  label = 'Code from the authenticator app',
  error,
  autoFocus = false,
}: {
  value: string;
  onChange: (code: string) => void;
  label?: string;
  error?: string | undefined;
  autoFocus?: boolean;
}) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (autoFocus) field.current?.focus();
  }, [autoFocus]);
  return (
    <Field label={label} error={error}>
      {(wiring) => (
        <Input
          {...wiring}
          ref={field}
          name="code"
          inputMode="numeric"
          autoComplete="one-time-code"
          spellCheck={false}
          maxLength={20}
          placeholder="000000"
          value={value}
          onChange={(event) => onChange(event.target.value)}
          className="font-mono tracking-[0.2em]"
        />
      )}
    </Field>
  );
}
