'use client';

import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';

interface Props {
  label: string;
  optional: boolean;
  hint?: string | undefined;
  value: string;
  onChange: (value: string) => void;
}

export function AddressField({ value, onChange, ...field }: Props) {
  return (
    <Field {...field}>
      {(wiring) => (
        <Input
          {...wiring}
          type="url"
          inputMode="url"
          autoCapitalize="none"
          spellCheck={false}
          value={value}
          placeholder="https://models.example.org/v1"
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}

export function KeyField({ value, onChange, ...field }: Props) {
  return (
    <Field {...field}>
      {(wiring) => (
        <Input
          {...wiring}
          type="password"
          autoComplete="off"
          spellCheck={false}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}
