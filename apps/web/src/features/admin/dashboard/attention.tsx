import type { Dashboard, Widget } from '@chatbox/contracts';
import { CircleCheck, CircleHelp } from 'lucide-react';
import type { ReactNode } from 'react';
import { sayAgo, sayTime } from '@/lib/say';
import { isSilent, isUnknown } from './known';
import { sayValue, WORDS } from './say-widget';
import { StateMark } from './state-mark';

const isBad = ({ state }: Widget): boolean => state === 'warning' || state === 'critical';
const byWeight = (a: Widget, b: Widget): number => Number(b.state === 'critical') - Number(a.state === 'critical');

/** What is broken, and since when, before anything else; and what nobody knows, which is not the same as good. */
export function Attention({ data }: { data: Dashboard }) {
  const bad = data.widgets.filter(isBad).sort(byWeight);
  return (
    <section aria-label="What needs attention" className="rounded-lg border bg-raised">
      <div role="status" className="divide-y">
        {bad.length === 0 ? null : (
          <ul className="divide-y">
            {bad.map((widget) => (
              <li key={widget.id}>
                <a
                  href={`#${widget.id}`}
                  className="flex min-h-12 flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2.5 hover:bg-hover"
                >
                  <StateMark state={widget.state} title={null} />
                  <span className="font-medium">{WORDS[widget.id].title}</span>
                  <span className="tabular-nums">{sayValue(widget.current, widget.unit)}</span>
                  {widget.since === null ? null : (
                    <span className="text-muted-foreground sm:ml-auto">
                      since <time dateTime={widget.since}>{sayTime(widget.since)}</time>, {sayAgo(widget.since)}
                    </span>
                  )}
                </a>
              </li>
            ))}
          </ul>
        )}
        <Known data={data} isCalm={bad.length === 0} />
      </div>
    </section>
  );
}

const WHAT_TO_CHECK: Record<Dashboard['source'], string> = {
  prometheus:
    'Prometheus answers, but knows of no replica. Look at its targets (address, METRICS_TOKEN) and at MONITORING_API_LABELS.',
  builtin: 'Nobody counts. Look whether MONITORING_SERVICE is "none".',
};

function Known({ data, isCalm }: { data: Dashboard; isCalm: boolean }) {
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
