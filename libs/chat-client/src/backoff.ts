const FIRST_MILLISECONDS = 200;
const STEP_MILLISECONDS = 500;
const CAP_MILLISECONDS = 15_000;

/**
 * Exponential backoff with full jitter (Brooker, AWS Architecture Blog, 2015), so that readers of a lost replica
 * do not come back as one wave. `attempt` counts from 0; the first is fast because most cuts are short.
 */
export function backoff(attempt: number, random: () => number = Math.random): number {
  if (attempt <= 0) return Math.round(random() * FIRST_MILLISECONDS);
  const ceiling = Math.min(CAP_MILLISECONDS, STEP_MILLISECONDS * 2 ** Math.min(attempt - 1, 10));
  return Math.round(random() * ceiling);
}
