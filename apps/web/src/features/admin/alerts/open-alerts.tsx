'use client';

import type { Alert } from '@chatbox/contracts';
import { BookOpen, ChartLine, Check, CircleCheck } from 'lucide-react';
import Link from 'next/link';
import { FailedRows, WaitingRows } from '@/components/rows';
import { Rows } from '@/components/section';
import { Button } from '@/components/ui/button';
import { useMe } from '@/lib/me';
import { notifyFailure } from '@/lib/notify';
import { sayProblem } from '@/lib/problem';
import { roleMay } from '@/lib/rights';
import { sayAgo, sayMoment } from '@/lib/say';
import { useAcknowledge, useOpenAlerts } from './queries';
import { Severity } from './severity';

/** null where somebody who is gone since then took it up, or nobody did. */
const sayTaken = ({ acknowledgedAt, acknowledgedBy }: Alert): string | null => {
  if (!acknowledgedAt) return null;
  return acknowledgedBy ? `${acknowledgedBy.email} is at it` : 'Somebody is at it';
};

function AlertRow({ alert, canAcknowledge }: { alert: Alert; canAcknowledge: boolean }) {
  const acknowledge = useAcknowledge();
  const taken = sayTaken(alert);
  return (
    <li className="flex flex-col gap-3 px-4 py-3 sm:flex-row sm:items-center">
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
          <Severity of={alert.severity} />
          <span className="font-medium break-words">{alert.summary}</span>
        </p>
        <p className="mt-1 text-xs text-muted-foreground">
          <span title={sayMoment(alert.since)}>
            Since {sayMoment(alert.since)} ({sayAgo(alert.since)})
          </span>
          {taken ? ` · ${taken}` : null}
        </p>
      </div>
      <div className="flex shrink-0 flex-wrap gap-2">
        {alert.widget ? (
          <Button asChild variant="secondary" size="sm" className="touch-target">
            <Link href={`/admin/dashboard#${alert.widget}`} aria-label={`Figure: ${alert.summary}`}>
              <ChartLine />
              Figure
            </Link>
          </Button>
        ) : null}
        <Button asChild variant="secondary" size="sm" className="touch-target">
          <Link href={`/admin/runbooks/${alert.runbook}`} aria-label={`Runbook: ${alert.summary}`}>
            <BookOpen />
            Runbook
          </Link>
        </Button>
        {canAcknowledge && !alert.acknowledgedAt ? (
          <Button
            variant="secondary"
            size="sm"
            className="touch-target"
            aria-label={`Acknowledge: ${alert.summary}`}
            disabled={acknowledge.isPending}
            onClick={() => acknowledge.mutate(alert.id, { onError: (error) => void notifyFailure(sayProblem(error)) })}
          >
            <Check />
            Acknowledge
          </Button>
        ) : null}
      </div>
    </li>
  );
}

/** What is wrong now, the worst first. */
export function OpenAlerts() {
  const { data: me } = useMe();
  const { data, error, refetch } = useOpenAlerts();
  if (!data) {
    return error ? <FailedRows error={error} onRetry={() => void refetch()} /> : <WaitingRows what="alerts" rows={1} />;
  }
  const alerts = data.items.toSorted((a, b) => Number(b.severity === 'critical') - Number(a.severity === 'critical'));
  return (
    <div className="flex flex-col gap-3">
      {error ? <FailedRows error={error} onRetry={() => void refetch()} /> : null}
      {alerts.length === 0 ? (
        <div className="flex flex-col items-center gap-1 rounded-lg border border-dashed px-4 py-8 text-center">
          <CircleCheck aria-hidden className="size-6 text-success" />
          <p className="font-medium">Nothing is wrong</p>
          <p className="text-muted-foreground">
            Requests, answers, providers, replicas, the database and the disk are looked at all the time. What is found
            appears here, and is mailed to administrators where mail is set up.
          </p>
        </div>
      ) : (
        <Rows label="Open alerts">
          {alerts.map((alert) => (
            <AlertRow key={alert.id} alert={alert} canAcknowledge={roleMay(me?.role, 'alerts.acknowledge')} />
          ))}
        </Rows>
      )}
    </div>
  );
}
