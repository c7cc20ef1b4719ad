/** A request that was not made. `what` says what the host turned out to be, for the person who chose it. */
export class EgressRefused extends Error {
  override readonly name = 'EgressRefused';
  readonly code = 'EGRESS_REFUSED';

  constructor(
    readonly host: string,
    readonly what: string,
  ) {
    super(`${host} is ${what}; no request goes there`);
  }
}

/** Fetch wraps what its connections throw. */
export const refusalIn = (error: unknown): EgressRefused | undefined => {
  let cause = error;
  for (let depth = 0; depth < 6 && typeof cause === 'object' && cause !== null; depth += 1) {
    if (cause instanceof EgressRefused) return cause;
    cause = (cause as { cause?: unknown }).cause ?? (cause as { errors?: unknown[] }).errors?.[0];
  }
  return undefined;
};
