'use client';

import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { Side } from './tooltip';
import { place } from './tooltip-place';

const PATIENCE_MS = 400;
/** Somebody who reads one tooltip after the other does not wait for each. */
const STILL_READING_MS = 250;
const BUBBLE_ID = 'tooltip';

const targetOf = (event: Event): HTMLElement | null =>
  event.target instanceof Element ? event.target.closest<HTMLElement>('[data-tooltip]') : null;

/** One bubble for all tooltips of the page: a wrapper around each of hundreds of buttons would cost more than it shows. */
export function TooltipLayer() {
  const [target, setTarget] = useState<HTMLElement | null>(null);
  const bubble = useRef<HTMLDivElement>(null);

  useEffect(() => {
    let over: HTMLElement | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let hiddenAt = 0;
    let isShown = false;

    function show(element: HTMLElement): void {
      if (!element.isConnected || element.dataset.state === 'open') return;
      isShown = true;
      setTarget(element);
    }
    function hide(): void {
      clearTimeout(timer);
      if (isShown) hiddenAt = performance.now();
      isShown = false;
      setTarget(null);
    }
    function onPointerOver(event: PointerEvent): void {
      if (event.pointerType === 'touch') return;
      const next = targetOf(event);
      if (next === over) return;
      hide();
      over = next;
      const patience = performance.now() - hiddenAt < STILL_READING_MS ? 0 : PATIENCE_MS;
      if (next) timer = setTimeout(() => show(next), patience);
    }
    function onFocusIn(event: FocusEvent): void {
      const next = targetOf(event);
      hide();
      if (next?.matches(':focus-visible')) show(next);
    }

    const listeners = new AbortController();
    const { signal } = listeners;
    document.addEventListener('pointerover', onPointerOver, { signal, passive: true });
    document.addEventListener('focusin', onFocusIn, { signal });
    for (const name of ['focusout', 'pointerdown', 'keydown'] as const) {
      document.addEventListener(name, hide, { signal, passive: true });
    }
    document.addEventListener('scroll', hide, { signal, passive: true, capture: true });
    return () => {
      clearTimeout(timer);
      listeners.abort();
    };
  }, []);

  useLayoutEffect(() => {
    if (!target || !bubble.current) return;
    const side = (target.dataset.tooltipSide ?? 'bottom') as Side;
    const view = { width: window.innerWidth, height: window.innerHeight };
    const { left, top } = place(side, target.getBoundingClientRect(), bubble.current.getBoundingClientRect(), view);
    bubble.current.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
    // A name that is read aloud already is not read twice.
    if (target.getAttribute('aria-label') === target.dataset.tooltip) return;
    target.setAttribute('aria-describedby', BUBBLE_ID);
    return () => target.removeAttribute('aria-describedby');
  }, [target]);

  if (!target) return null;
  return (
    <div
      ref={bubble}
      id={BUBBLE_ID}
      role="tooltip"
      className="pointer-events-none fixed top-0 left-0 z-60 flex w-max max-w-64 gap-2 rounded-sm bg-text px-2 py-1 text-xs text-background"
    >
      {target.dataset.tooltip}
      {target.dataset.tooltipKeys ? <span className="opacity-75">{target.dataset.tooltipKeys}</span> : null}
    </div>
  );
}
