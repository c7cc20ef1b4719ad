'use client';

import type { Dashboard, Widget } from '@chatbox/contracts';
import { CloudOff, Table2 } from 'lucide-react';
import Link from 'next/link';
import { type ReactNode, useState } from 'react';
import { Button } from '@/components/ui/button';
import { IconButton } from '@/components/ui/icon-button';
import { cn } from '@/lib/cn';
import { CHART_HEIGHT, Chart } from './chart';
import { isUnknown } from './known';
import { Legend } from './legend';
import { Meter } from './meter';
import { sayThresholds, sayTimeIn, sayValue, sayWhen, WORDS } from './say-widget';
import { StateMark } from './state-mark';
import { ValuesDialog } from './values-dialog';

export type Shape = 'tile' | 'chart' | 'wide';

interface Shown {
  data: Dashboard;
  widget: Widget;
  shape: Shape;
  onRetry: () => void;
}

/** One figure: its number, its state, how it went, and the same as a table. */
export function WidgetCard({ data, widget, shape, onRetry }: Shown) {
  const [isOpen, setOpen] = useState(false);
  const [index, setIndex] = useState<number | null>(null);
  const { title, about } = WORDS[widget.id];
  const time = index === null ? undefined : data.times[index];
  return (
    <section
      id={widget.id}
      aria-label={title}
      className={cn(
        'group flex min-w-0 scroll-mt-4 flex-col gap-2 rounded-lg border bg-raised p-4 target:shadow-[0_0_0_2px_var(--accent)]',
        shape === 'wide' && 'md:col-span-2',
      )}
    >
      <div className="flex min-h-7 items-center gap-2">
        <h3 className="truncate font-medium" title={about}>
          {title}
        </h3>
        <StateMark state={widget.state} title={sayThresholds(widget)} />
        <IconButton
          label={`Values: ${title}`}
          className="-mr-2 ml-auto opacity-70 group-hover:opacity-100 focus-visible:opacity-100"
          onClick={() => setOpen(true)}
        >
          <Table2 />
        </IconButton>
      </div>
      <p className="flex items-baseline gap-2">
        <Headline widget={widget} />
        <span className="truncate text-xs text-muted-foreground tabular-nums">
          {time === undefined ? sayWhen(widget) : `lines at ${sayTimeIn(time, data.range)}`}
        </span>
      </p>
      <Picture data={data} widget={widget} shape={shape} onRetry={onRetry} index={index} onPoint={setIndex} />
      {isOpen ? <ValuesDialog data={data} widget={widget} onClose={() => setOpen(false)} /> : null}
    </section>
  );
}

function Headline({ widget }: { widget: Widget }) {
  const { more } = WORDS[widget.id];
  const number = sayValue(widget.current, widget.unit);
  const look = 'text-2xl leading-8 font-semibold tracking-tight tabular-nums';
  if (!more || widget.current === null) return <span className={look}>{number}</span>;
  return (
    <Link
      href={more.href}
      aria-label={`${number}. ${more.label}`}
      title={more.label}
      className={`${look} rounded-sm hover:underline`}
    >
      {number}
    </Link>
  );
}

function Picture({
  data,
  widget,
  shape,
  onRetry,
  index,
  onPoint,
}: Shown & { index: number | null; onPoint: (index: number | null) => void }) {
  const { title } = WORDS[widget.id];
  if (widget.error !== null) {
    return (
      <Instead shape={shape}>
        <CloudOff aria-hidden className="size-5 text-muted-foreground" />
        <p>{widget.error}</p>
        <Button variant="secondary" size="sm" className="touch-target" onClick={onRetry}>
          Try again
        </Button>
      </Instead>
    );
  }
  const thresholds = sayThresholds(widget);
  if (shape === 'tile') {
    return (
      <div className="mt-auto flex flex-col gap-2 pt-1">
        {widget.kind === 'gauge' ? <Meter widget={widget} label={title} /> : null}
        <p className="text-xs text-muted-foreground">{thresholds ?? WORDS[widget.id].about}</p>
      </div>
    );
  }
  const isEmpty = widget.series.every(({ values }) => values.every((value) => value === null));
  return (
    <>
      <div className={cn(shape === 'wide' && 'grid gap-4 lg:grid-cols-[minmax(0,1fr)_18rem]')}>
        {isEmpty ? (
          <Instead shape={shape}>
            <p className="text-muted-foreground">{sayEmpty(widget)}</p>
          </Instead>
        ) : (
          <Chart data={data} widget={widget} onPoint={onPoint} />
        )}
        <div className={cn(shape === 'chart' && 'mt-2')}>
          <Legend widget={widget} index={index} tall={shape === 'wide'} />
        </div>
      </div>
      {thresholds === null ? null : <p className="mt-auto text-xs text-muted-foreground">{thresholds}</p>}
    </>
  );
}

const sayEmpty = (widget: Widget): string => {
  if (isUnknown(widget)) return 'Not known.';
  return widget.current === null || widget.current === 0
    ? 'Nothing of the kind in this time.'
    : 'The first values are drawn within a minute.';
};

/** As high as the picture, so that nothing moves. */
function Instead({ shape, children }: { shape: Shape; children: ReactNode }) {
  return (
    <div
      className="flex flex-col items-center justify-center gap-2 rounded-md bg-surface px-4 text-center text-balance"
      style={shape === 'tile' ? undefined : { height: CHART_HEIGHT }}
    >
      {children}
    </div>
  );
}
