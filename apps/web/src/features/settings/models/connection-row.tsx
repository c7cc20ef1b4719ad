'use client';

import type { Connection } from '@chatbox/contracts';
import { useMutation } from '@tanstack/react-query';
import { Ellipsis, Pencil, PlugZap, Trash2 } from 'lucide-react';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from '@/components/ui/dropdown-menu';
import { Notice } from '@/components/ui/notice';
import { Spinner } from '@/components/ui/spinner';
import { Switch } from '@/components/ui/switch';
import { apiCall } from '@/lib/api';
import { sayProblem } from '@/lib/problem';
import { useUpdateConnection } from './queries';
import { TestResult } from './test-result';

const ORIGIN_SAYS = { 'built-in': 'built in', environment: 'from the environment', settings: null } as const;

function describe({ kind, baseUrl, keyHint }: Connection): string {
  if (kind === 'offline') return 'A small program on this machine, not a model. Free, and always there.';
  const address = baseUrl ?? (kind === 'anthropic' ? 'Anthropic' : 'OpenAI');
  return keyHint ? `${address} · key ends in ${keyHint}` : address;
}

interface Props {
  connection: Connection;
  onEdit: () => void;
  onRemove: () => void;
}

export function ConnectionRow({ connection, onEdit, onRemove }: Props) {
  const { id, name, origin } = connection;
  const update = useUpdateConnection();
  const test = useMutation({ mutationFn: () => apiCall('connections.test', { params: { id } }) });
  const isOwn = origin === 'settings';
  const isEnabled = update.isPending ? (update.variables.changes.enabled ?? connection.enabled) : connection.enabled;
  return (
    <li className="flex flex-col gap-2.5 px-4 py-3">
      <div className="flex min-h-10 flex-wrap items-center gap-x-3 gap-y-2 sm:flex-nowrap">
        <div className="min-w-0 basis-full sm:flex-1 sm:basis-auto">
          <p className="flex flex-wrap items-center gap-2 font-medium">
            {name}
            {ORIGIN_SAYS[origin] && ORIGIN_SAYS[origin] !== name.toLowerCase() ? (
              <Badge>{ORIGIN_SAYS[origin]}</Badge>
            ) : null}
          </p>
          <p className="text-xs text-muted-foreground wrap-anywhere sm:truncate">{describe(connection)}</p>
        </div>
        {connection.kind === 'offline' ? null : (
          <Button
            variant="secondary"
            size="sm"
            disabled={test.isPending}
            aria-label={`Test ${name}`}
            onClick={() => test.mutate()}
          >
            {test.isPending ? <Spinner /> : <PlugZap />}
            Test
          </Button>
        )}
        {isOwn ? (
          <>
            <Switch
              aria-label={`Use ${name}`}
              checked={isEnabled}
              onCheckedChange={(enabled) => update.mutate({ id, changes: { enabled } })}
            />
            <DropdownMenu>
              <DropdownMenuTrigger asChild>
                <Button variant="quiet" size="icon" aria-label={`Actions for ${name}`}>
                  <Ellipsis />
                </Button>
              </DropdownMenuTrigger>
              <DropdownMenuContent align="end">
                <DropdownMenuItem onSelect={onEdit}>
                  <Pencil />
                  Edit
                </DropdownMenuItem>
                <DropdownMenuSeparator />
                <DropdownMenuItem danger onSelect={onRemove}>
                  <Trash2 />
                  Remove
                </DropdownMenuItem>
              </DropdownMenuContent>
            </DropdownMenu>
          </>
        ) : null}
      </div>
      <TestResult result={test.data} failure={test.error} />
      {update.error ? <Notice tone="danger">{sayProblem(update.error)}</Notice> : null}
    </li>
  );
}
