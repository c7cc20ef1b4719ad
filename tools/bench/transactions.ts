import pg from 'pg';
import type { Product } from './product.ts';

/** Transactions that the database of the product has finished so far, the one that asks left out. */
export const committed = async (product: Product): Promise<number> => {
  const client = new pg.Client({ connectionString: await product.databaseUrl() });
  await client.connect();
  try {
    const { rows } = await client.query<{ count: string }>(
      'SELECT xact_commit + xact_rollback AS count FROM pg_stat_database WHERE datname = current_database()',
    );
    return Number(rows[0]?.count);
  } finally {
    await client.end();
  }
};
