import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How many passwords were tried for an e-mail, so that a restart gives nobody more tries. The version before counts in memory. */
export class LoginTries1700000000006 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE TABLE login_tries (
         email text PRIMARY KEY,
         tries integer NOT NULL,
         until timestamptz NOT NULL
       )`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE IF EXISTS login_tries');
  }
}
