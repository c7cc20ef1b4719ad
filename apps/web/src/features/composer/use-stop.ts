import { useCallback, useEffect, useState } from 'react';
import { useFeed } from '@/lib/live';
import { notifyFailure } from '@/lib/notify';

/** Stops the answer that is being written. `stop` is null when there is none. */
export function useStop(conversationId: string | null): { stop: (() => void) | null; isStopping: boolean } {
  const { feed, view } = useFeed(conversationId);
  const generationId = view.running?.generation?.id;
  const [stoppingId, setStoppingId] = useState<string>();

  const stop = useCallback(() => {
    if (!feed || !generationId) return;
    setStoppingId(generationId);
    feed.stop(generationId).catch((error: Error) => {
      setStoppingId(undefined);
      void notifyFailure(`The answer could not be stopped: ${error.message}`);
    });
  }, [feed, generationId]);

  useEffect(() => {
    if (!generationId) return;
    const onKeyDown = (event: KeyboardEvent) => {
      // What lies over the page closes first.
      if (event.key !== 'Escape' || event.defaultPrevented || document.querySelector('[role="dialog"],[role="menu"]'))
        return;
      stop();
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, [generationId, stop]);

  return { stop: generationId ? stop : null, isStopping: generationId !== undefined && stoppingId === generationId };
}
