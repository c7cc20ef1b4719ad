const FIRST_MILLISECONDS = 200;
const STEP_MILLISECONDS = 500;
/** A server that restarts is back within seconds, and somebody may be watching a half-written answer. */
const PATIENT_ATTEMPTS = 12;
const PATIENT_CAP_MILLISECONDS = 2_000;
const CAP_MILLISECONDS = 15_000;

/**
 * Exponential backoff with full jitter (Brooker, AWS Architecture Blog, 2015), so that readers of a lost replica
 * do not come back as one wave. `attempt` counts from 0; the first is fast because most cuts are short, and the pace
 * stays brisk for the first ten seconds or so.
 */
export function backoff(attempt: number, random: () => number = Math.random): number {
  if (attempt <= 0) return Math.round(random() * FIRST_MILLISECONDS);
  const brisk = Math.min(PATIENT_CAP_MILLISECONDS, STEP_MILLISECONDS * 2 ** Math.min(attempt - 1, 10));
  const late = PATIENT_CAP_MILLISECONDS * 2 ** Math.min(Math.max(0, attempt - PATIENT_ATTEMPTS), 10);
  return Math.round(random() * Math.min(CAP_MILLISECONDS, Math.max(brisk, attempt > PATIENT_ATTEMPTS ? late : 0)));
}
