'use client';

import { Eye, EyeOff } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';

export function PasswordField({
  label = 'Password',
  value,
  onChange,
  autoComplete,
  hint,
  error,
  autoFocus = false,
}: {
  label?: string;
  value: string;
  onChange: (value: string) => void;
  autoComplete: 'current-password' | 'new-password';
  hint?: string | undefined;
  error?: string | undefined;
  autoFocus?: boolean;
}) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (autoFocus) field.current?.focus();
  }, [autoFocus]);
  const [isShown, setShown] = useState(false);
  return (
    <Field label={label} hint={hint} error={error}>
      {(wiring) => (
        <span className="relative block">
          <Input
            {...wiring}
            ref={field}
            type={isShown ? 'text' : 'password'}
            name="password"
            autoComplete={autoComplete}
            autoCapitalize="none"
            spellCheck={false}
            value={value}
            onChange={(event) => onChange(event.target.value)}
            className="pr-11"
          />
          <Button
            variant="quiet"
            size="icon"
            aria-label={isShown ? 'Hide the password' : 'Show the password'}
            aria-pressed={isShown}
            onClick={() => setShown(!isShown)}
            className="absolute top-1 right-1 min-h-0! min-w-0!"
          >
            {isShown ? <EyeOff /> : <Eye />}
          </Button>
        </span>
      )}
    </Field>
  );
}
