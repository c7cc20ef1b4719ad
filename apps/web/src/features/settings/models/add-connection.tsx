'use client';

import { useMutation } from '@tanstack/react-query';
import { PlugZap } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { Select } from '@/components/ui/select';
import { Spinner } from '@/components/ui/spinner';
import { apiCall } from '@/lib/api';
import { sayProblem } from '@/lib/problem';
import { AddressField, KeyField } from './fields';
import { PRESETS, presetOf } from './presets';
import { useForgetLists } from './queries';
import { TestResult } from './test-result';

export function AddConnection({ preset: firstPreset, onClose }: { preset: string; onClose: () => void }) {
  const forget = useForgetLists();
  const [preset, setPreset] = useState(presetOf(firstPreset));
  const [name, setName] = useState(preset.asksAddress ? '' : preset.label);
  const [baseUrl, setBaseUrl] = useState(preset.baseUrl);
  const [key, setKey] = useState('');

  const upstream = { kind: preset.kind, baseUrl: baseUrl.trim() || undefined, key: key.trim() || undefined };
  const attempt = useMutation({ mutationFn: () => apiCall('connections.try', { body: upstream }) });
  const create = useMutation({
    mutationFn: () => apiCall('connections.create', { body: { ...upstream, name: name.trim() || preset.label } }),
    onSuccess: () => {
      forget();
      onClose();
    },
  });
  const lacksAddress = preset.asksAddress && !baseUrl.trim();

  function choose(id: string): void {
    const next = presetOf(id);
    setPreset(next);
    setName(next.id === 'compatible' ? '' : next.label);
    setBaseUrl(next.baseUrl);
    attempt.reset();
    create.reset();
  }

  function onSubmit(event: FormEvent): void {
    event.preventDefault();
    if (!lacksAddress) create.mutate();
  }

  return (
    <Dialog open onOpenChange={onClose} title="Add connection">
      <form noValidate onSubmit={onSubmit} className="flex flex-col gap-4">
        <Field label="Provider">
          {(wiring) => (
            <Select {...wiring} value={preset.id} onChange={(event) => choose(event.target.value)}>
              {PRESETS.map(({ id, label }) => (
                <option key={id} value={id}>
                  {label}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label="Name" hint="Shown next to its models.">
          {(wiring) => (
            <Input
              {...wiring}
              value={name}
              maxLength={100}
              placeholder={preset.id === 'compatible' ? 'The lab’s server' : preset.label}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <AddressField
          label="Address"
          optional={!preset.asksAddress}
          hint={preset.asksAddress ? 'Usually ends in /v1.' : 'Only for a gateway of your own.'}
          value={baseUrl}
          onChange={setBaseUrl}
        />
        <KeyField label="Key" optional={preset.asksAddress} hint={preset.keyHint} value={key} onChange={setKey} />
        <TestResult result={attempt.data} failure={attempt.error} />
        {create.error ? <Notice tone="danger">{sayProblem(create.error)}</Notice> : null}
        <div className="flex justify-between gap-2 pt-1">
          <Button variant="secondary" disabled={lacksAddress || attempt.isPending} onClick={() => attempt.mutate()}>
            {attempt.isPending ? <Spinner /> : <PlugZap />}
            Test
          </Button>
          <Button type="submit" disabled={lacksAddress || create.isPending}>
            {create.isPending ? <Spinner /> : null}
            Add
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
