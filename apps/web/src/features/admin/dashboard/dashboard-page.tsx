'use client';

import type { Dashboard, DashboardRange, WidgetId } from '@chatbox/contracts';
import { useEffect, useRef } from 'react';
import { Button } from '@/components/ui/button';
import { Notice } from '@/components/ui/notice';
import { Segments } from '@/components/ui/segments';
import { Skeleton } from '@/components/ui/skeleton';
import { cn } from '@/lib/cn';
import { sayProblem } from '@/lib/problem';
import { oneOf, usePlace } from '@/lib/use-place';
import { Attention } from './attention';
import { useDashboard } from './queries';
import { RANGES, sayTimeIn } from './say-widget';
import { type Shape, WidgetCard } from './widget-card';

const DEFAULT_RANGE: DashboardRange = '1h';

const SECTIONS: readonly { title: string; widgets: readonly (readonly [WidgetId, Shape])[] }[] = [
  {
    title: 'At a glance',
    widgets: [
      ['active_users', 'tile'],
      ['error_budget', 'tile'],
      ['answers_lost', 'tile'],
      ['replicas', 'tile'],
    ],
  },
  {
    title: 'What people notice',
    widgets: [
      ['response_time', 'wide'],
      ['error_rate', 'chart'],
      ['messages', 'chart'],
      ['streams', 'chart'],
      ['first_token', 'chart'],
    ],
  },
  {
    title: 'What the server does',
    widgets: [
      ['requests', 'chart'],
      ['connections', 'chart'],
      ['pool_waiting', 'chart'],
      ['pool_connections', 'chart'],
      ['event_loop', 'chart'],
      ['cache_hits', 'chart'],
    ],
  },
  {
    title: 'Models',
    widgets: [
      ['provider_errors', 'wide'],
      ['tokens_by_model', 'wide'],
      ['cost_by_model', 'wide'],
    ],
  },
];

export function DashboardPage() {
  const [read, write] = usePlace();
  const range = oneOf(
    RANGES.map(({ value }) => value),
    read('range'),
  );
  const { data, error, refetch, isOld, isFetching } = useDashboard(range ?? DEFAULT_RANGE);
  useArrival(data !== undefined);
  return (
    <div className="flex flex-col gap-6">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-3">
        <h1 className="text-xl font-semibold tracking-tight">Overview</h1>
        <Segments
          label="Time range"
          value={range ?? DEFAULT_RANGE}
          options={RANGES}
          onChange={(next) => write({ range: next })}
          className="w-full sm:w-auto"
        />
      </div>
      {error ? (
        <Notice
          tone="danger"
          action={
            <Button variant="secondary" size="sm" className="touch-target" onClick={() => void refetch()}>
              Try again
            </Button>
          }
        >
          {sayProblem(error)}
          {data ? ` The figures are those of ${sayTimeIn(Date.parse(data.to) / 1000, '15m')}.` : ''}
        </Notice>
      ) : null}
      {data ? (
        <div aria-busy={isFetching} className={cn('flex flex-col gap-8 transition-opacity', isOld && 'opacity-60')}>
          <Attention data={data} />
          {SECTIONS.map((section) => (
            <Section key={section.title} section={section} data={data} onRetry={() => void refetch()} />
          ))}
          <Origin data={data} />
        </div>
      ) : (
        error === null && <Waiting />
      )}
    </div>
  );
}

/** A link to one figure, such as that of an alert, was there before the figure was. */
function useArrival(isThere: boolean): void {
  const hasArrived = useRef(false);
  useEffect(() => {
    if (!isThere || hasArrived.current) return;
    hasArrived.current = true;
    const { hash } = window.location;
    if (hash.length < 2) return;
    // Setting it again is what makes the browser look for it, and `:target` match.
    window.location.replace(hash);
  }, [isThere]);
}

const TILES = 'grid gap-3 sm:grid-cols-2';
const CARDS = 'grid gap-3 md:grid-cols-2';
const gridOf = (widgets: (typeof SECTIONS)[number]['widgets']): string => (widgets[0]?.[1] === 'tile' ? TILES : CARDS);

function Section({
  section: { title, widgets },
  data,
  onRetry,
}: {
  section: (typeof SECTIONS)[number];
  data: Dashboard;
  onRetry: () => void;
}) {
  return (
    <section aria-label={title} className="flex flex-col gap-3">
      <h2 className="text-xs font-medium text-muted-foreground">{title}</h2>
      <div className={gridOf(widgets)}>
        {widgets.map(([id, shape]) => {
          const widget = data.widgets.find((one) => one.id === id);
          return widget ? <WidgetCard key={id} data={data} widget={widget} shape={shape} onRetry={onRetry} /> : null;
        })}
      </div>
    </section>
  );
}

function Origin({ data }: { data: Dashboard }) {
  const source =
    data.source === 'prometheus'
      ? 'Read from Prometheus.'
      : 'From the history that the service keeps of itself: the last hour fine, the last week coarse.';
  return (
    <p className="text-xs text-muted-foreground tabular-nums">
      As of <time dateTime={data.to}>{sayTimeIn(Date.parse(data.to) / 1000, '15m')}</time>, again every 30 seconds while
      this page is in view. {source}
    </p>
  );
}

const HEIGHTS: Record<Shape, string> = { tile: 'h-35', chart: 'h-73', wide: 'h-65 md:col-span-2' };

function Waiting() {
  return (
    <div role="status" className="flex flex-col gap-8">
      <span className="sr-only">Loading the figures</span>
      <Skeleton className="h-12 rounded-lg" />
      {SECTIONS.map(({ title, widgets }) => (
        <div key={title} className="flex flex-col gap-3">
          <Skeleton className="h-4 w-32" />
          <div className={gridOf(widgets)}>
            {widgets.map(([id, shape]) => (
              <Skeleton key={id} className={cn('rounded-lg', HEIGHTS[shape])} />
            ))}
          </div>
        </div>
      ))}
    </div>
  );
}
