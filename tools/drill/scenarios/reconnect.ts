import { setTimeout as pause } from 'node:timers/promises';
import type { Conversation } from '@chatbox/contracts';
import { percentile } from '../../bench/statistics.ts';
import { Audience } from '../audience.ts';
import type { Scenario } from '../scenario.ts';
import type { Stage } from '../stage.ts';

const PEOPLE = 10;
/** Tabs on one conversation. */
const SHARED_BY = 5;
const STEADY_MILLISECONDS = 5_000;

/** R6: everybody loses their socket at the same moment, and everybody comes back. */
export const reconnect: Scenario = {
  name: 'reconnect',
  what: 'the balancer dies with every socket, thousands of them, and all come back at once',
  everyRounds: 50,
  alone: true,
  disturb: async ({ stage, signal, note }) => {
    const { sockets, cluster } = stage;
    const people = await stage.crowd.take(PEOPLE);
    const seats: { token: string; conversationId: string }[] = [];
    for (let count = 0; count < sockets / SHARED_BY; count += PEOPLE)
      seats.push(
        ...(await Promise.all(
          people.map(async ({ token, post }) => {
            const { id } = await post<Conversation>('/api/v1/conversations', { title: 'watched' });
            return { token, conversationId: id };
          }),
        )),
      );
    const audience = await Audience.open({ url: cluster.url, count: sockets, seats }, signal);
    try {
      const steady = await transactionsIn(stage, () => pause(STEADY_MILLISECONDS));
      const { pid } = cluster.nginx;
      const coming = audience.back(signal);
      // With its workers: one that is left would hold the port.
      process.kill(-pid, 'SIGKILL');
      let news = { milliseconds: [0], tries: 0 };
      const returning = await transactionsIn(stage, async () => {
        news = await coming;
      });
      note('R6 sockets', sockets);
      note('R6 from lost to watching again, p50, ms', percentile(news.milliseconds, 0.5));
      note('R6 from lost to watching again, p99, ms', percentile(news.milliseconds, 0.99));
      note('R6 from lost to watching again, the last, ms', Math.max(...news.milliseconds));
      note('R6 tries for each socket', news.tries / sockets);
      note('R6 transactions a second before', steady.count / steady.seconds);
      note('R6 transactions a second meanwhile', returning.count / returning.seconds);
      note('R6 transactions for each socket that came back', returning.count / sockets);
    } finally {
      audience.close();
    }
    return undefined;
  },
};

/** Of the whole database; its own statistics come up to a second late. */
const transactionsIn = async (
  stage: Stage,
  act: () => Promise<unknown>,
): Promise<{ count: number; seconds: number }> => {
  const count = async (): Promise<number> => {
    const sql = `SELECT sum(xact_commit + xact_rollback)::float8 AS count FROM pg_stat_database`;
    return (await stage.query<{ count: number }>(sql))[0]?.count ?? 0;
  };
  const before = await count();
  const began = performance.now();
  await act();
  const seconds = (performance.now() - began) / 1000;
  await pause(1_000);
  return { count: (await count()) - before, seconds: seconds + 1 };
};
