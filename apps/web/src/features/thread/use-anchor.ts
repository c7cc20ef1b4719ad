import { type RefObject, useEffect } from 'react';

/** A message named in the address (`#m-…`) is scrolled to once it is there; otherwise the thread opens at its end. */
export function useAnchor(isReady: boolean, scroller: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    if (!isReady || !window.location.hash.startsWith('#m-')) return;
    const target = document.getElementById(window.location.hash.slice(1));
    if (!target || !scroller.current?.contains(target)) return;
    // Going up is what a reader would do: it lets go of the end.
    scroller.current.dispatchEvent(new WheelEvent('wheel', { deltaY: -1 }));
    target.scrollIntoView({ block: 'start' });
  }, [isReady, scroller]);
}
