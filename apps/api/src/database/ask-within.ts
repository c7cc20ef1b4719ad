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
    const asked = performance.now();
    const { rows } = await client.query<T>(question);
    tellIfSlow(source, performance.now() - asked, text);
    return rows;
  } finally {
    await runner.release();
  }
};

/** As TypeORM does it for the questions that go through it. */
const tellIfSlow = (source: DataSource, milliseconds: number, text: string): void => {
  const { maxQueryExecutionTime: most } = source.options;
  if (most && milliseconds > most) source.logger.logQuerySlow(milliseconds, text);
};
