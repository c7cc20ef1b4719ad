'use client';

import type { Dashboard, Widget } from '@chatbox/contracts';
import { Dialog } from '@/components/ui/dialog';
import { sayThresholds, sayTimeIn, sayValue, WORDS } from './say-widget';

const HEAD = 'sticky top-0 z-10 border-b bg-raised py-2 text-xs font-medium text-muted-foreground';

/** The same as the picture, to be read: every value, the latest first, and where it comes from. */
export function ValuesDialog({ data, widget, onClose }: { data: Dashboard; widget: Widget; onClose: () => void }) {
  const { title, about } = WORDS[widget.id];
  const thresholds = sayThresholds(widget);
  const { series, unit, seriesUnit } = widget;
  const times = data.times
    .map((time, index) => ({ time, index }))
    .filter(({ index }) => series.some(({ values }) => values[index] !== null))
    .reverse();
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={title}
      description={`${about}.${thresholds === null ? '' : ` ${thresholds}.`}`}
      className="max-w-2xl"
    >
      {times.length === 0 ? (
        <p className="text-muted-foreground">
          {series.length === 0 && widget.current !== null
            ? `It is one number: ${sayValue(widget.current, unit)}.`
            : 'There are no values in this time.'}
        </p>
      ) : (
        <section
          aria-label={`Values: ${title}`}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
          tabIndex={0}
          className="max-h-[50dvh] overflow-auto rounded-md border px-3"
        >
          <table className="w-full border-separate border-spacing-0 tabular-nums">
            <thead>
              <tr>
                <th scope="col" className={`${HEAD} pr-4 text-left`}>
                  Time
                </th>
                {series.map(({ name }) => (
                  <th key={name} scope="col" className={`${HEAD} pl-4 text-right`}>
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {times.map(({ time, index }) => (
                <tr key={time}>
                  <th scope="row" className="py-1 pr-4 text-left font-normal whitespace-nowrap">
                    <time dateTime={new Date(time * 1000).toISOString()}>{sayTimeIn(time, data.range)}</time>
                  </th>
                  {series.map(({ name, values }) => (
                    <td key={name} className="py-1 pl-4 text-right whitespace-nowrap">
                      {sayValue(values[index] ?? null, seriesUnit, unit)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
      <details className="text-xs">
        <summary className="cursor-pointer text-muted-foreground">Where it comes from, as Prometheus is asked</summary>
        {widget.source.map((question) => (
          <code key={question} className="mt-2 block rounded-md bg-hover p-2 font-mono break-all">
            {question}
          </code>
        ))}
      </details>
    </Dialog>
  );
}
