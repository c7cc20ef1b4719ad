'use client';

import type { Person } from '@chatbox/contracts';
import { ArrowLeft } from 'lucide-react';
import Link from 'next/link';
import { useParams, useRouter } from 'next/navigation';
import { FailedRows, WaitingRows } from '@/components/rows';
import { Rows, Section } from '@/components/section';
import { Button } from '@/components/ui/button';
import { Notice } from '@/components/ui/notice';
import { Skeleton } from '@/components/ui/skeleton';
import { browserOf } from '@/lib/browser-of';
import { sayProblem } from '@/lib/problem';
import { sayAgo, sayMoment } from '@/lib/say';
import { PersonMenu } from './person-menu';
import { useActOn, usePerson, usePersonSessions } from './queries';
import { RoleField } from './role-field';
import { nameOf, StatusBadge } from './say-person';

function LiveSessions({ person }: { person: Person }) {
  const { data, error, refetch } = usePersonSessions(person.id);
  return (
    <Section title="Sessions" lead="Where this person is signed in now.">
      {error && !data ? <FailedRows error={error} onRetry={() => void refetch()} /> : null}
      {!error && !data ? <WaitingRows what="sessions" rows={1} /> : null}
      {data?.items.length === 0 ? (
        <p className="rounded-lg border border-dashed px-4 py-6 text-center text-muted-foreground">
          Signed in nowhere.
        </p>
      ) : null}
      {data && data.items.length > 0 ? (
        <Rows label="Sessions">
          {data.items.map((session) => (
            <li key={session.id} className="px-4 py-2.5">
              <p className="font-medium">{browserOf(session.userAgent).name}</p>
              <p className="truncate text-xs text-muted-foreground">
                {[session.address, `used ${sayAgo(session.lastUsedAt)}`, `since ${sayMoment(session.createdAt)}`]
                  .filter(Boolean)
                  .join(' · ')}
              </p>
            </li>
          ))}
        </Rows>
      ) : null}
    </Section>
  );
}

function Waits({ person }: { person: Person }) {
  const act = useActOn(person);
  if (person.status === 'active') return null;
  const isPending = person.status === 'pending';
  return (
    <Notice
      tone="warning"
      action={
        <Button
          size="sm"
          disabled={act.isPending}
          onClick={() => act.mutate({ what: isPending ? 'approve' : 'unsuspend' })}
        >
          {isPending ? 'Approve' : 'Let in again'}
        </Button>
      }
    >
      {isPending ? 'Has registered, and waits to be let in.' : 'Is suspended: no session and no key of theirs works.'}
      {act.error ? ` ${sayProblem(act.error)}` : null}
    </Notice>
  );
}

export function PersonPage() {
  const { person: id } = useParams<{ person: string }>();
  const router = useRouter();
  const { data: person, error, refetch } = usePerson(id);
  return (
    <div className="flex max-w-2xl flex-col gap-6">
      <Link
        href="/admin/people"
        className="inline-flex min-h-8 items-center gap-1.5 self-start rounded-sm text-muted-foreground hover:text-text"
      >
        <ArrowLeft aria-hidden className="size-4" />
        People
      </Link>
      {error && !person ? <FailedRows error={error} onRetry={() => void refetch()} /> : null}
      {!error && !person ? <Skeleton className="h-48 rounded-lg" /> : null}
      {person ? (
        <>
          <div className="flex items-center gap-3">
            <div className="min-w-0 flex-1">
              <h1 className="text-xl font-semibold tracking-tight wrap-anywhere">{nameOf(person)}</h1>
              {person.name === null ? null : <p className="text-muted-foreground wrap-anywhere">{person.email}</p>}
            </div>
            <StatusBadge status={person.status} />
            <PersonMenu person={person} onRemoved={() => router.push('/admin/people')} />
          </div>
          <Waits person={person} />
          <div className="flex flex-col gap-4 rounded-lg border bg-raised p-4">
            <RoleField person={person} />
            <dl className="grid grid-cols-[auto_1fr] gap-x-6 gap-y-1.5">
              <dt className="text-muted-foreground">Here since</dt>
              <dd>{sayMoment(person.createdAt)}</dd>
              <dt className="text-muted-foreground">Last seen</dt>
              <dd>{person.lastSeenAt ? sayAgo(person.lastSeenAt) : 'Never'}</dd>
              <dt className="text-muted-foreground">Keys that work</dt>
              <dd>
                {person.keys > 0 ? (
                  <Link
                    className="text-accent underline-offset-4 hover:underline"
                    href={`/admin/keys?search=${encodeURIComponent(person.email)}`}
                  >
                    {person.keys}
                  </Link>
                ) : (
                  'None'
                )}
              </dd>
              <dt className="text-muted-foreground">In the audit log</dt>
              <dd>
                <Link
                  className="text-accent underline-offset-4 hover:underline"
                  href={`/admin/audit?actor=${person.id}`}
                >
                  What they did
                </Link>
              </dd>
            </dl>
          </div>
          <LiveSessions person={person} />
        </>
      ) : null}
    </div>
  );
}
