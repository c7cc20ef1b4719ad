const PATIENCE_MILLISECONDS = 120_000;

/**
 * Measures all contenders in each round, each round beginning with another one, so that what the machine does besides hits
 * all of them alike. One round before the first is not counted: it warms up compilers, pools and caches.
 */
export const interleave = async <C extends { name: string }, T>(
  contenders: readonly C[],
  rounds: number,
  say: (line: string) => void,
  measure: (contender: C) => Promise<T>,
): Promise<Map<string, T[]>> => {
  const results = new Map<string, T[]>(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (let turn = 0; turn < contenders.length; turn += 1) {
      const contender = contenders[(round + turn) % contenders.length];
      if (!contender) continue;
      say(`${round === 0 ? 'warming up' : `round ${round} of ${rounds}`}: ${contender.name}`);
      const result = await inTime(contender.name, measure(contender));
      if (round > 0) results.get(contender.name)?.push(result);
    }
  }
  return results;
};

/** A server that died half-way must not make the run wait for ever. */
const inTime = async <T>(name: string, work: Promise<T>): Promise<T> => {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new Error(`${name} did not finish within ${PATIENCE_MILLISECONDS / 1000} s`)),
    PATIENCE_MILLISECONDS,
  );
  return Promise.race([work, late.promise]).finally(() => clearTimeout(timer));
};
