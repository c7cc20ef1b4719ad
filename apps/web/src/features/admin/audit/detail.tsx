import type { AuditRecord } from '@chatbox/contracts';
import Link from 'next/link';
import { Button } from '@/components/ui/button';

const say = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** Everything else that an entry says. */
export function Detail({ record, onActor }: { record: AuditRecord; onActor: (id: string) => void }) {
  const { actor, target, details, requestId, seq, hash } = record;
  const rows: [name: string, value: string][] = [
    ...Object.entries(details).map(([name, value]): [string, string] => [name.replaceAll('_', ' '), say(value)]),
    ['entry', String(seq)],
    ['request', requestId ?? '—'],
    ['hash', hash],
  ];
  return (
    <div className="flex flex-col gap-3">
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-6 gap-y-1">
        {rows.map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-muted-foreground">{name}</dt>
            <dd className="font-mono text-xs leading-5 break-all">{value}</dd>
          </div>
        ))}
      </dl>
      <div className="flex flex-wrap gap-2">
        {actor ? (
          <Button variant="secondary" size="sm" className="touch-target" onClick={() => onActor(actor.id)}>
            Only what {actor.email} did
          </Button>
        ) : null}
        {target?.kind === 'person' ? (
          <Button asChild variant="secondary" size="sm" className="touch-target">
            <Link href={`/admin/people/${target.id}`}>Open {target.name ?? 'this person'}</Link>
          </Button>
        ) : null}
      </div>
    </div>
  );
}
