import { useEffect, useState } from 'react';

const NAMED_AFTER_MS = 2500;

/** A quiet pulse at once; the name of what is awaited when it takes longer. */
export function Waiting({ label }: { label: string }) {
  const [isLong, setLong] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLong(true), NAMED_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <p data-waiting className="flex h-6.5 items-center gap-2.5 text-sm text-muted-foreground">
      <span aria-hidden className="size-2.5 animate-pulse rounded-full bg-accent motion-reduce:animate-none" />
      {isLong ? label : <span className="sr-only">{label}</span>}
    </p>
  );
}
