import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What the figures were, for the dashboard of an installation without a Prometheus. `resolution` is in seconds; 0: as they were sampled.
 * Rows of a coarser resolution are of all nodes together, and `node` is empty.
 */
export class Dashboard1700000000008 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE TABLE metric_history (
         resolution integer NOT NULL,
         at timestamptz NOT NULL,
         node text NOT NULL DEFAULT '',
         figures jsonb NOT NULL,
         PRIMARY KEY (resolution, at, node)
       )`,
    );
    // Rows of the ledger come in the order of their time, so this is a few pages however long it gets.
    await runner.query('CREATE INDEX ledger_at ON ledger USING brin (at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX ledger_at');
    await runner.query('DROP TABLE metric_history');
  }
}
