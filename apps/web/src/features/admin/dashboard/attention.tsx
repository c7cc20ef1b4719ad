import type { Dashboard, Widget } from '@chatbox/contracts';
import { CircleCheck, CircleHelp } from 'lucide-react';
import { sayAgo, sayTime } from '@/lib/say';
import { sayValue, WORDS } from './say-widget';
import { StateMark } from './state-mark';

const isBad = ({ state }: Widget): boolean => state === 'warning' || state === 'critical';
const byWeight = (a: Widget, b: Widget): number => Number(b.state === 'critical') - Number(a.state === 'critical');

/** What is broken, and since when, before anything else. */
export function Attention({ data }: { data: Dashboard }) {
  const bad = data.widgets.filter(isBad).sort(byWeight);
  const unknown = data.widgets.filter(({ error }) => error !== null).length;
  return (
    <section aria-label="What needs attention" className="rounded-lg border bg-raised">
      <div role="status">
        {bad.length === 0 ? (
          <p className="flex min-h-12 items-center gap-2.5 px-4 py-2.5">
            {unknown > 0 ? (
              <CircleHelp aria-hidden className="size-4 shrink-0 text-muted-foreground" />
            ) : (
              <CircleCheck aria-hidden className="size-4 shrink-0 text-success" />
            )}
            {unknown > 0 ? `${unknown} of ${data.widgets.length} figures are not known.` : 'Nothing needs attention.'}
          </p>
        ) : (
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
      </div>
    </section>
  );
}
