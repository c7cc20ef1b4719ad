import type pg from 'pg';
import type { DataSource } from 'typeorm';

/** For who cannot wait as long as a request: after `milliseconds` the connection is given up; who asks again gets another. */
export const askWithin = async <T extends object>(
  source: DataSource,
  milliseconds: number,
  text: string,
  values: unknown[],
): Promise<T[]> => {
  const runner = source.createQueryRunner();
  try {
    const client = (await runner.connect()) as pg.PoolClient;
    const question: pg.QueryConfig & { patience: number } = { text, values, patience: milliseconds };
    return (await client.query<T>(question)).rows;
  } finally {
    await runner.release();
  }
};
