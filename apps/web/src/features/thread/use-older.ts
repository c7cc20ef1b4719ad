import type { Feed, FeedView } from '@chatbox/chat-client';
import { type RefObject, useEffect, useLayoutEffect, useRef } from 'react';

/** Older messages begin to load when the reader is this near to the top. */
const AHEAD = '1200px 0px 0px 0px';

/** Reads older pages as the reader goes up, and keeps what is in sight where it is. */
export function useOlder(
  feed: Feed | null,
  view: FeedView,
  scroller: RefObject<HTMLElement | null>,
  top: RefObject<HTMLElement | null>,
): void {
  const before = useRef({ firstKey: '', height: 0, scrollTop: 0 });
  const firstKey = view.entries[0]?.key ?? '';

  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const last = before.current;
    if (
      last.firstKey !== '' &&
      last.firstKey !== firstKey &&
      view.entries.some((entry) => entry.key === last.firstKey)
    ) {
      element.scrollTop = last.scrollTop + (element.scrollHeight - last.height);
    }
    before.current = { firstKey, height: element.scrollHeight, scrollTop: element.scrollTop };
  });

  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const remember = () => {
      before.current.scrollTop = element.scrollTop;
      before.current.height = element.scrollHeight;
    };
    element.addEventListener('scroll', remember, { passive: true });
    return () => element.removeEventListener('scroll', remember);
  }, [scroller]);

  useEffect(() => {
    const mark = top.current;
    if (!feed || !mark || !view.hasOlder) return;
    // A page of older messages may belong to other branches altogether and add nothing here: watch anew after each.
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting) void read();
      },
      { root: scroller.current, rootMargin: AHEAD },
    );
    const read = async () => {
      observer.unobserve(mark);
      try {
        if (await feed.loadOlder()) observer.observe(mark);
      } catch {
        // The connection line says why; coming near again tries again.
        setTimeout(() => observer.observe(mark), RETRY_MS);
      }
    };
    observer.observe(mark);
    return () => observer.disconnect();
  }, [feed, view.hasOlder, scroller, top]);
}

const RETRY_MS = 2000;
