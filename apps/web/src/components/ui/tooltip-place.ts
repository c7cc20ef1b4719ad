import type { Side } from './tooltip';

interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}
interface Size {
  width: number;
  height: number;
}

const GAP = 6;
const MARGIN = 8;

const OPPOSITE: Record<Side, Side> = { top: 'bottom', bottom: 'top', left: 'right', right: 'left' };

function at(side: Side, target: Box, bubble: Size): { left: number; top: number } {
  const middleX = target.left + target.width / 2 - bubble.width / 2;
  const middleY = target.top + target.height / 2 - bubble.height / 2;
  if (side === 'top') return { left: middleX, top: target.top - bubble.height - GAP };
  if (side === 'bottom') return { left: middleX, top: target.top + target.height + GAP };
  if (side === 'left') return { left: target.left - bubble.width - GAP, top: middleY };
  return { left: target.left + target.width + GAP, top: middleY };
}

/** Where a bubble stands, in pixels of the window: on the wanted side, else on the other one, and never over the edge. */
export function place(side: Side, target: Box, bubble: Size, view: Size): { left: number; top: number } {
  const isVertical = side === 'top' || side === 'bottom';
  const wanted = at(side, target, bubble);
  const start = isVertical ? wanted.top : wanted.left;
  const room = isVertical ? view.height - bubble.height : view.width - bubble.width;
  const { left, top } = start < MARGIN || start > room - MARGIN ? at(OPPOSITE[side], target, bubble) : wanted;
  return {
    left: Math.max(MARGIN, Math.min(left, view.width - bubble.width - MARGIN)),
    top: Math.max(MARGIN, Math.min(top, view.height - bubble.height - MARGIN)),
  };
}
