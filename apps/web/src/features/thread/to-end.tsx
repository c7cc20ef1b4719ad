import { ArrowDown } from 'lucide-react';
import { cn } from '@/lib/cn';

/** Back to the end, with what arrived there meanwhile. Lies over the thread, so that it moves nothing. */
export function ToEnd({ isShown, count, onClick }: { isShown: boolean; count: number; onClick: () => void }) {
  return (
    <div className="pointer-events-none absolute inset-x-0 bottom-3 z-10 flex justify-center">
      <button
        type="button"
        aria-label={count > 0 ? `Go to the end, ${count} new` : 'Go to the end'}
        tabIndex={isShown ? 0 : -1}
        aria-hidden={!isShown}
        onClick={onClick}
        className={cn(
          'pointer-events-auto inline-flex h-9 min-w-9 items-center justify-center gap-1.5 rounded-full bg-raised px-2.5 text-sm shadow-popover transition-opacity touch-target hover:bg-surface',
          !isShown && 'pointer-events-none opacity-0',
        )}
      >
        <ArrowDown aria-hidden className="size-4" />
        {count > 0 ? <span className="pr-0.5 tabular-nums">{count}</span> : null}
      </button>
    </div>
  );
}
