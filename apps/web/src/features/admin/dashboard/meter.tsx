import type { Widget } from '@chatbox/contracts';
import { cn } from '@/lib/cn';
import { sayValue } from './say-widget';

const FILL = { ok: 'bg-success', warning: 'bg-warning', critical: 'bg-danger' } as const;

/** How much there is, between nothing and more than there should be, with marks where that begins. */
export function Meter({ widget, label }: { widget: Widget; label: string }) {
  const { current, thresholds, unit, state } = widget;
  if (!thresholds) return null;
  const most = thresholds.when === 'above' ? thresholds.critical * 1.25 : 1;
  const part = (value: number): string => `${Math.min(Math.max(value / most, 0), 1) * 100}%`;
  const marks = [thresholds.warning, thresholds.critical].filter((mark) => mark > 0);
  return (
    <div className="relative h-2 rounded-full bg-selected">
      <meter
        aria-label={label}
        aria-valuetext={sayValue(current, unit)}
        min={0}
        max={most}
        value={Math.min(Math.max(current ?? 0, 0), most)}
        className="sr-only"
      />
      <div
        aria-hidden
        className={cn('h-full rounded-full', state && FILL[state])}
        style={{ width: part(current ?? 0) }}
      />
      {marks.map((mark) => (
        <span
          key={mark}
          aria-hidden
          className="absolute -inset-y-1 w-px bg-muted-foreground"
          style={{ left: part(mark) }}
        />
      ))}
    </div>
  );
}
