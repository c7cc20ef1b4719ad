'use client';

import type { Session } from '@chatbox/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Laptop, Smartphone } from 'lucide-react';
import { FailedRows, WaitingRows } from '@/components/rows';
import { Rows, Section } from '@/components/section';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { Notice } from '@/components/ui/notice';
import { apiCall } from '@/lib/api';
import { browserOf } from '@/lib/browser-of';
import { sayProblem } from '@/lib/problem';
import { queryKeys } from '@/lib/query-keys';
import { sayAgo } from '@/lib/say';

function SessionRow({ session, onEnd, isEnding }: { session: Session; onEnd: () => void; isEnding: boolean }) {
  const { name, isPhone } = browserOf(session.userAgent);
  const Icon = isPhone ? Smartphone : Laptop;
  return (
    <li className="flex min-h-16 items-center gap-3 px-4 py-2.5">
      <Icon aria-hidden className="size-5 shrink-0 text-muted-foreground" />
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-2 font-medium">
          {name}
          {session.current ? <Badge tone="accent">this one</Badge> : null}
        </p>
        <p className="truncate text-xs text-muted-foreground">
          {[session.address, `used ${sayAgo(session.lastUsedAt)}`].filter(Boolean).join(' · ')}
        </p>
      </div>
      {session.current ? null : (
        <Button variant="secondary" size="sm" onClick={onEnd} disabled={isEnding} aria-label={`End ${name}`}>
          End
        </Button>
      )}
    </li>
  );
}

export function Sessions() {
  const client = useQueryClient();
  const { data, error, refetch } = useQuery({
    queryKey: queryKeys.sessions,
    queryFn: ({ signal }) => apiCall('sessions.list', { signal }),
  });
  const end = useMutation({
    mutationFn: (id: string) => apiCall('sessions.end', { params: { id } }),
    onSettled: () => client.invalidateQueries({ queryKey: queryKeys.sessions }),
  });
  const endOthers = useMutation({
    mutationFn: () => apiCall('sessions.end_others'),
    onSettled: () => client.invalidateQueries({ queryKey: queryKeys.sessions }),
  });
  const failure = end.error ?? endOthers.error;
  return (
    <Section
      title="Sessions"
      lead="Where you are signed in. Ending one signs it out at once."
      action={
        data && data.items.length > 1 ? (
          <Button
            variant="secondary"
            size="sm"
            className="touch-target shrink-0"
            onClick={() => endOthers.mutate()}
            disabled={endOthers.isPending}
          >
            End all others
          </Button>
        ) : null
      }
    >
      {error && !data ? <FailedRows error={error} onRetry={() => void refetch()} /> : null}
      {!error && !data ? <WaitingRows what="sessions" /> : null}
      {data ? (
        <Rows label="Sessions">
          {data.items.map((session) => (
            <SessionRow
              key={session.id}
              session={session}
              onEnd={() => end.mutate(session.id)}
              isEnding={end.isPending && end.variables === session.id}
            />
          ))}
        </Rows>
      ) : null}
      {failure ? (
        <Notice tone="danger" className="mt-2">
          {sayProblem(failure)}
        </Notice>
      ) : null}
    </Section>
  );
}
