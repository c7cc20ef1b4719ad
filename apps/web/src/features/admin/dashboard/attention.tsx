import type { Alert, Dashboard, Widget, WidgetId } from '@chatbox/contracts';
import { BookOpen, CircleCheck, CircleHelp } from 'lucide-react';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { sayAgo, sayTime } from '@/lib/say';
import { useOpenAlerts } from '../alerts/queries';
import { isSilent, isUnknown } from './known';
import { sayValue, WORDS } from './say-widget';
import { StateMark } from './state-mark';

interface Broken {
  key: string;
  state: 'warning' | 'critical';
  title: string;
  said: string;
  since: string | null;
  widget: WidgetId | null;
  runbook: string | undefined;
}

const ofWidget = ({ id, state, current, unit, since }: Widget): Broken[] =>
  state === 'warning' || state === 'critical'
    ? [
        {
          key: id,
          state,
          title: WORDS[id].title,
          said: sayValue(current, unit),
          since,
          widget: id,
          runbook: WORDS[id].runbook,
        },
      ]
    : [];

/** What a figure says already is not said twice. */
const ofAlert = ({ id, severity, summary, since, widget, runbook }: Alert, figures: readonly Broken[]): Broken[] =>
  widget !== null && figures.some((one) => one.widget === widget)
    ? []
    : [{ key: id, state: severity, title: summary, said: '', since, widget, runbook }];

const byWeight = (a: Broken, b: Broken): number => Number(b.state === 'critical') - Number(a.state === 'critical');

/** What is broken, and since when, before anything else; and what nobody knows, which is not the same as good. */
export function Attention({ data }: { data: Dashboard }) {
  const alerts = useOpenAlerts();
  const figures = data.widgets.flatMap(ofWidget);
  const bad = [...figures, ...(alerts.data?.items ?? []).flatMap((alert) => ofAlert(alert, figures))].sort(byWeight);
  return (
    <section aria-label="What needs attention" className="rounded-lg border bg-raised">
      <div role="status" className="divide-y">
        {bad.length === 0 ? null : (
          <ul className="divide-y">
            {bad.map((one) => (
              <li key={one.key} className="flex items-center gap-2 pr-4 hover:bg-hover">
                <BrokenLink broken={one} />
                {one.runbook === undefined ? null : (
                  <Link
                    href={`/admin/runbooks/${one.runbook}`}
                    aria-label={`Runbook: ${one.title}`}
                    className="touch-target flex shrink-0 items-center gap-1.5 text-accent underline underline-offset-4"
                  >
                    <BookOpen aria-hidden className="size-4" />
                    Runbook
                  </Link>
                )}
              </li>
            ))}
          </ul>
        )}
        <Known data={data} alerts={alerts} isCalm={bad.length === 0} />
      </div>
    </section>
  );
}

function BrokenLink({ broken: { state, title, said, since, widget } }: { broken: Broken }) {
  const look = 'flex min-h-12 min-w-0 flex-1 flex-wrap items-center gap-x-3 gap-y-1 py-2.5 pl-4';
  const words = (
    <>
      <StateMark state={state} title={null} />
      <span className="font-medium">{title}</span>
      <span className="tabular-nums">{said}</span>
      {since === null ? null : (
        <span className="text-muted-foreground sm:ml-auto">
          since <time dateTime={since}>{sayTime(since)}</time>, {sayAgo(since)}
        </span>
      )}
    </>
  );
  if (widget === null)
    return (
      <Link href="/admin/alerts" className={look}>
        {words}
      </Link>
    );
  return (
    <a href={`#${widget}`} className={look}>
      {words}
    </a>
  );
}

const WHAT_TO_CHECK: Record<Dashboard['source'], string> = {
  prometheus:
    'Prometheus answers, but knows of no replica. Look at its targets (address, METRICS_TOKEN) and at MONITORING_API_LABELS.',
  builtin: 'Nobody counts. Look whether MONITORING_SERVICE is "none".',
};

function Known({
  data,
  alerts,
  isCalm,
}: {
  data: Dashboard;
  alerts: Pick<ReturnType<typeof useOpenAlerts>, 'data' | 'error'>;
  isCalm: boolean;
}) {
  const unknown = data.widgets.filter(isUnknown).length;
  if (isSilent(data))
    return (
      <Line>
        <p>
          <span className="font-medium">No figures arrive.</span>{' '}
          <span className="text-muted-foreground">{WHAT_TO_CHECK[data.source]}</span>
        </p>
      </Line>
    );
  if (unknown > 0)
    return (
      <Line>
        <p>{`${unknown} of ${data.widgets.length} figures are not known.`}</p>
      </Line>
    );
  if (!alerts.data)
    return (
      <Line>
        <p>{alerts.error ? 'The alerts are not known.' : 'Looking for alerts'}</p>
      </Line>
    );
  if (!isCalm) return null;
  return (
    <Line icon={<CircleCheck aria-hidden className="size-4 shrink-0 text-success" />}>
      <p>Nothing needs attention.</p>
    </Line>
  );
}

const UNKNOWN = <CircleHelp aria-hidden className="size-4 shrink-0 text-muted-foreground" />;

function Line({ icon = UNKNOWN, children }: { icon?: ReactNode; children: ReactNode }) {
  return (
    <div className="flex min-h-12 items-center gap-2.5 px-4 py-2.5">
      {icon}
      {children}
    </div>
  );
}
