import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';

/** Nearer than this to the end counts as being there. */
const NEAR_PIXELS = 8;

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
    const isScrollable = () => element.scrollHeight > element.clientHeight + NEAR_PIXELS;
    const onScroll = () => {
      const { scrollTop, scrollHeight, clientHeight } = element;
      const isAtEnd = scrollHeight - clientHeight - scrollTop <= NEAR_PIXELS;
      // A page that got shorter moves by itself; only a reader moves it while its height stays.
      const movedUp = scrollTop < lastTop - 1 && scrollHeight >= lastHeight;
      if (isAtEnd && scrollTop >= lastTop) follow(true);
      else if (movedUp && !isAtEnd) follow(false);
      lastTop = scrollTop;
      lastHeight = scrollHeight;
    };
    const onWheel = (event: WheelEvent) => {
      if (event.deltaY < 0 && isScrollable()) follow(false);
    };
    const onKey = (event: KeyboardEvent) => {
      if (['PageUp', 'Home', 'ArrowUp'].includes(event.key) && isScrollable() && event.target === element)
        follow(false);
    };
    const onTouchStart = () => {
      touching.current = true;
    };
    const onTouchEnd = () => {
      touching.current = false;
    };
    element.addEventListener('scroll', onScroll, { passive: true });
    element.addEventListener('wheel', onWheel, { passive: true });
    element.addEventListener('keydown', onKey);
    element.addEventListener('touchstart', onTouchStart, { passive: true });
    element.addEventListener('touchend', onTouchEnd, { passive: true });
    element.addEventListener('touchcancel', onTouchEnd, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', onScroll);
      element.removeEventListener('wheel', onWheel);
      element.removeEventListener('keydown', onKey);
      element.removeEventListener('touchstart', onTouchStart);
      element.removeEventListener('touchend', onTouchEnd);
      element.removeEventListener('touchcancel', onTouchEnd);
    };
  }, [scroller, content, follow]);

  return { isFollowing, toEnd };
}
