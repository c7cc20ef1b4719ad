import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';

/** Nearer than this to the end counts as being there. */
const NEAR_PIXELS = 8;
/** A scroll this soon after a wheel, key, finger or drag is the reader's. */
const HAND_MS = 250;
const LEAP_PIXELS = 200;

export interface FollowEnd {
  /** Whether new text keeps scrolling into view. */
  isFollowing: boolean;
  /** To the end, and stay there. */
  toEnd: () => void;
}

/**
 * Keeps the end in sight while the reader is there. A wheel, key, finger or drag upwards lets go at once and nothing
 * pulls the reader back; reaching the end again takes hold again.
 */
export function useFollowEnd(
  scroller: RefObject<HTMLElement | null>,
  content: RefObject<HTMLElement | null>,
): FollowEnd {
  const following = useRef(true);
  const touching = useRef(false);
  const [isFollowing, setFollowing] = useState(true);

  const follow = useCallback((value: boolean) => {
    following.current = value;
    setFollowing(value);
  }, []);

  const toEnd = useCallback(() => {
    follow(true);
    const element = scroller.current;
    if (element) element.scrollTop = element.scrollHeight;
  }, [follow, scroller]);

  useLayoutEffect(() => {
    const element = scroller.current;
    if (element) element.scrollTop = element.scrollHeight;
  }, [scroller]);

  useEffect(() => {
    const element = scroller.current;
    const inside = content.current;
    if (!element || !inside) return;
    const stay = () => {
      if (following.current && !touching.current) element.scrollTop = element.scrollHeight;
    };
    const observer = new ResizeObserver(stay);
    observer.observe(inside);
    observer.observe(element);

    let lastTop = element.scrollTop;
    let lastHeight = element.scrollHeight;
    let inputAt = 0;
    const isScrollable = () => element.scrollHeight > element.clientHeight + NEAR_PIXELS;
    const onScroll = () => {
      const { scrollTop, scrollHeight, clientHeight } = element;
      const isAtEnd = scrollHeight - clientHeight - scrollTop <= NEAR_PIXELS;
      // A page whose content changes moves by itself. What moves it while its height stays, or just after a hand was at
      // it, is the reader: also find-in-page, which no event announces.
      const byHand = performance.now() - inputAt < HAND_MS;
      const movedUp =
        scrollTop < lastTop - 1 && (byHand || (scrollHeight === lastHeight && lastTop - scrollTop > LEAP_PIXELS));
      if (isAtEnd && scrollTop >= lastTop) follow(true);
      else if (movedUp && !isAtEnd) follow(false);
      lastTop = scrollTop;
      lastHeight = scrollHeight;
    };
    const onPointer = () => {
      inputAt = performance.now();
    };
    const onWheel = (event: WheelEvent) => {
      onPointer();
      if (event.deltaY < 0 && isScrollable()) follow(false);
    };
    const onKey = (event: KeyboardEvent) => {
      onPointer();
      if (['PageUp', 'Home', 'ArrowUp'].includes(event.key) && isScrollable() && event.target === element)
        follow(false);
    };
    const onDrag = (event: PointerEvent) => {
      if (event.buttons > 0) onPointer();
    };
    const onTouchStart = () => {
      onPointer();
      touching.current = true;
    };
    const onTouchEnd = () => {
      onPointer();
      touching.current = false;
    };
    element.addEventListener('scroll', onScroll, { passive: true });
    element.addEventListener('wheel', onWheel, { passive: true });
    element.addEventListener('keydown', onKey);
    element.addEventListener('pointerdown', onPointer, { passive: true });
    element.addEventListener('pointermove', onDrag, { passive: true });
    element.addEventListener('touchstart', onTouchStart, { passive: true });
    element.addEventListener('touchend', onTouchEnd, { passive: true });
    element.addEventListener('touchcancel', onTouchEnd, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', onScroll);
      element.removeEventListener('wheel', onWheel);
      element.removeEventListener('keydown', onKey);
      element.removeEventListener('pointerdown', onPointer);
      element.removeEventListener('pointermove', onDrag);
      element.removeEventListener('touchstart', onTouchStart);
      element.removeEventListener('touchend', onTouchEnd);
      element.removeEventListener('touchcancel', onTouchEnd);
    };
  }, [scroller, content, follow]);

  return { isFollowing, toEnd };
}
