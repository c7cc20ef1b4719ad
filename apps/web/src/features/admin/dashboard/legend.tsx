import type { Widget } from '@chatbox/contracts';
import { cn } from '@/lib/cn';
import { DASHES } from './dashes';
import { sayValue } from './say-widget';

function Sample({ index }: { index: number }) {
  return (
    <svg aria-hidden width="20" height="8" className="shrink-0">
      <line
        x1="1"
        x2="19"
        y1="4"
        y2="4"
        stroke={`var(--chart-${index + 1})`}
        strokeWidth="2"
        strokeDasharray={DASHES[index]?.join(' ')}
      />
    </svg>
  );
}

/** The lines by name, with their values: those of now, or of where somebody points. */
export function Legend({ widget, index, tall }: { widget: Widget; index: number | null; tall: boolean }) {
  const { series, unit, seriesUnit } = widget;
  return (
    <ul
      className={cn(
        'text-xs',
        tall ? 'flex min-h-19 flex-col gap-1.5 lg:min-h-38' : 'flex min-h-4 flex-wrap gap-x-5 gap-y-1.5',
      )}
    >
      {series.map(({ name, current, values }, line) => (
        <li key={name} className="flex min-w-0 items-center gap-2">
          <Sample index={line} />
          <span className={cn('truncate text-muted-foreground', tall && 'flex-1')} title={name}>
            {name}
          </span>
          <span className="whitespace-nowrap tabular-nums">
            {index === null ? sayValue(current, unit) : sayValue(values[index] ?? null, seriesUnit, unit)}
          </span>
        </li>
      ))}
    </ul>
  );
}
