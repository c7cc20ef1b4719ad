'use client';

import type { Dashboard, Widget } from '@chatbox/contracts';
import { useEffect, useRef, useState } from 'react';
import { useDark } from '@/components/preferences';
import { Skeleton } from '@/components/ui/skeleton';
import type { Bound, Plot, PlotData } from './plot';
import { sayTick, sayValue } from './say-widget';

export const CHART_HEIGHT = 152;

const dataOf = ({ times }: Dashboard, { series }: Widget): PlotData => [times, ...series.map(({ values }) => values)];

function boundsOf({ thresholds, unit, kind }: Widget): Bound[] {
  if (!thresholds || thresholds.when === 'below' || kind === 'counter') return [];
  return [
    { value: thresholds.warning, label: `warning ${sayValue(thresholds.warning, unit)}`, tone: 'warning' },
    { value: thresholds.critical, label: `critical ${sayValue(thresholds.critical, unit)}`, tone: 'danger' },
  ];
}

/** The least that an axis goes up to: small numbers of things are whole. */
const leastOf = ({ seriesUnit }: Widget): number =>
  ({ count: 4, ratio: 0.01, seconds: 0.01 })[seriesUnit as string] ?? 1;

/** What draws is loaded when the first chart is there. The values are in the legend and in the table; the picture repeats them. */
export function Chart({
  data,
  widget,
  onPoint,
}: {
  data: Dashboard;
  widget: Widget;
  onPoint: (index: number | null) => void;
}) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot | undefined>(undefined);
  const latest = useRef({ data, widget, onPoint });
  latest.current = { data, widget, onPoint };
  const [isThere, setThere] = useState(false);
  const isDark = useDark();
  const lines = widget.series.length;
  const { range } = data;

  useEffect(() => {
    let isGone = false;
    // A theme is colours in a canvas: another one is another picture.
    const theme = isDark ? 'dark' : 'light';
    void import('./plot').then(({ openPlot }) => {
      const place = host.current;
      if (isGone || !place) return;
      const { data: now, widget: shown } = latest.current;
      place.dataset.theme = theme;
      plot.current = openPlot(
        place,
        {
          height: CHART_HEIGHT,
          lines,
          least: leastOf(shown),
          bounds: boundsOf(shown),
          isWhole: shown.seriesUnit === 'count',
          sayValue: (value) => sayValue(value, shown.seriesUnit, shown.unit),
          sayTime: (seconds) => sayTick(seconds, range),
          onPoint: (index) => latest.current.onPoint(index),
        },
        dataOf(now, shown),
      );
      setThere(true);
    });
    return () => {
      isGone = true;
      plot.current?.close();
      plot.current = undefined;
    };
  }, [isDark, lines, range]);

  useEffect(() => {
    if (plot.current) plot.current.show(dataOf(data, widget));
  }, [data, widget]);

  return (
    <div aria-hidden className="relative" style={{ height: CHART_HEIGHT }}>
      {isThere ? null : <Skeleton className="absolute inset-0" />}
      <div ref={host} className="absolute inset-0" />
    </div>
  );
}
