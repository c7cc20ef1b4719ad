import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';

import { DASHES } from './dashes';

export interface Bound {
  value: number;
  label: string;
  tone: 'warning' | 'danger';
}

export interface PlotWish {
  height: number;
  lines: number;
  /** Values at which the axis ends where there are none beyond. */
  least: number;
  /** There is no half of what is counted. */
  isWhole: boolean;
  bounds: readonly Bound[];
  sayValue: (value: number) => string;
  sayTime: (seconds: number) => string;
  /** The place that somebody points at, on this chart or on another; null: nowhere. */
  onPoint: (index: number | null) => void;
}

export type PlotData = [times: number[], ...lines: (number | null)[][]];

export interface Plot {
  show(data: PlotData): void;
  close(): void;
}

const FONT = '11px "Geist Variable", ui-sans-serif, system-ui, sans-serif';
const WHOLE_STEPS = [1, 10, 100, 1_000, 10_000, 100_000].flatMap((size) => [size, 2 * size, 5 * size]);
/** All charts of the page have one cursor. */
const CURSOR = 'dashboard';

/** A canvas knows no variables of CSS: an element shows what they are. */
function coloursOf(host: HTMLElement): (colour: string) => string {
  const probe = document.createElement('span');
  // A colour that is on its way to the next one is neither.
  probe.style.transitionProperty = 'none';
  host.append(probe);
  const known = new Map<string, string>();
  const colour = (wanted: string): string => {
    const found = known.get(wanted);
    if (found !== undefined) return found;
    probe.style.color = wanted;
    const resolved = getComputedStyle(probe).color;
    known.set(wanted, resolved);
    return resolved;
  };
  for (const name of ['--muted', '--border', '--warning', '--danger']) colour(`var(${name})`);
  DASHES.forEach((_, index) => {
    colour(`var(--chart-${index + 1})`);
    colour(`color-mix(in oklab, var(--chart-${index + 1}) 12%, transparent)`);
  });
  probe.remove();
  return (wanted) => known.get(wanted) ?? 'gray';
}

export function openPlot(host: HTMLElement, wish: PlotWish, data: PlotData): Plot {
  const colour = coloursOf(host);
  const axis = {
    stroke: colour('var(--muted)'),
    font: FONT,
    ticks: { show: false },
    grid: { stroke: colour('var(--border)'), width: 1 },
  };
  const plot = new uPlot(
    {
      width: Math.max(host.clientWidth, 120),
      height: wish.height,
      padding: [8, 8, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { setScale: false }, sync: { key: CURSOR }, points: { size: 7, width: 2 } },
      scales: { x: { time: true }, y: { range: (_, __, max) => [0, topOf(max, wish)] } },
      axes: [
        { ...axis, grid: { show: false }, space: 72, size: 24, values: (_, splits) => splits.map(wish.sayTime) },
        {
          ...axis,
          space: 32,
          size: 56,
          values: (_, splits) => splits.map(wish.sayValue),
          ...(wish.isWhole ? { incrs: WHOLE_STEPS } : {}),
        },
      ],
      series: [
        {},
        ...Array.from({ length: wish.lines }, (_, index) => ({
          stroke: colour(`var(--chart-${index + 1})`),
          width: 1.75,
          dash: DASHES[index] ?? [],
          points: { show: false },
          ...(wish.lines === 1 ? { fill: colour('color-mix(in oklab, var(--chart-1) 12%, transparent)') } : {}),
        })),
      ],
      hooks: {
        draw: [(drawn) => drawBounds(drawn, wish.bounds, (tone) => colour(`var(--${tone})`))],
        setCursor: [({ cursor }) => wish.onPoint(cursor.idx ?? null)],
      },
    },
    data,
    host,
  );
  const watcher = new ResizeObserver(() => {
    if (host.clientWidth > 0) plot.setSize({ width: host.clientWidth, height: wish.height });
  });
  watcher.observe(host);
  return {
    show: (next) => plot.setData(next),
    close: () => {
      watcher.disconnect();
      plot.destroy();
    },
  };
}

/** A bound is in the picture once values come near it; far below it would only make them flat. */
const NEAR = 0.4;

function topOf(max: number | null, { bounds, least }: PlotWish): number {
  const most = max ?? 0;
  const near = bounds.filter(({ value }) => most >= value * NEAR).map(({ value }) => value);
  return Math.max(most * 1.08, ...near.map((value) => value * 1.15), least);
}

function drawBounds(plot: uPlot, bounds: readonly Bound[], colourOf: (tone: Bound['tone']) => string): void {
  const { ctx, bbox } = plot;
  const ratio = uPlot.pxRatio;
  ctx.save();
  ctx.font = `${11 * ratio}px "Geist Variable", ui-sans-serif, system-ui, sans-serif`;
  ctx.textAlign = 'left';
  ctx.lineWidth = ratio;
  for (const { value, label, tone } of bounds) {
    const y = plot.valToPos(value, 'y', true);
    if (y < bbox.top) continue;
    ctx.strokeStyle = colourOf(tone);
    ctx.fillStyle = colourOf(tone);
    ctx.setLineDash(tone === 'danger' ? [] : [4 * ratio, 4 * ratio]);
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
    ctx.fillText(label, bbox.left + 4 * ratio, y - 4 * ratio);
  }
  ctx.restore();
}
