import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A running generation of a person holds one of their places, and two cannot hold the same one: the number of places is the
 * limit, exact however many begin at once. A process of the version before gives none, and holds none.
 */
export class Limits1700000000005 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE generation ADD COLUMN place integer');
    await runner.query(
      `CREATE UNIQUE INDEX generation_place ON generation (account_id, place) WHERE status = 'running'`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE generation DROP COLUMN place');
  }
}
