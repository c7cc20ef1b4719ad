import { ChevronRight } from 'lucide-react';
import { useEffect, useState } from 'react';

/** What a model wrote for itself: folded, with the time it took where this page was there to see it. */
export function Reasoning({
  text,
  isThinking,
  milliseconds,
}: {
  text: string;
  isThinking: boolean;
  milliseconds?: number;
}) {
  const seen = useSeconds(isThinking);
  const seconds = milliseconds === undefined ? seen : Math.round(milliseconds / 1000);
  const said = isThinking
    ? `Thinking${seen > 0 ? `, ${seen} s` : ''}`
    : seconds > 0
      ? `Thought for ${seconds} s`
      : 'Reasoning';
  return (
    <details className="group/reasoning mb-3">
      <summary className="inline-flex min-h-8 cursor-pointer list-none items-center gap-1 rounded-sm pr-2 text-sm text-muted-foreground select-none hover:text-text [&::-webkit-details-marker]:hidden">
        <ChevronRight aria-hidden className="size-4 transition-transform group-open/reasoning:rotate-90" />
        <span className={isThinking ? 'animate-pulse motion-reduce:animate-none' : undefined}>{said}</span>
      </summary>
      <div className="mt-1 border-l-2 pl-4 text-sm leading-6 whitespace-pre-wrap wrap-anywhere text-muted-foreground">
        {text.trim()}
      </div>
    </details>
  );
}

function useSeconds(isCounting: boolean): number {
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    if (!isCounting) return;
    const start = Date.now();
    const timer = setInterval(() => setSeconds(Math.round((Date.now() - start) / 1000)), 1000);
    return () => clearInterval(timer);
  }, [isCounting]);
  return seconds;
}
