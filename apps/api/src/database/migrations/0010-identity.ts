import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Sessions by the name that the sign-in provider has for them, so that it can end them, and letters about new sign-ins. */
export class Identity1700000000010 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE IF EXISTS provider_logout');
    await runner.query('ALTER TABLE session_id_token DROP COLUMN IF EXISTS provider_sid');
    await runner.query('ALTER TABLE login_challenge DROP COLUMN IF EXISTS provider_envelope');
  }
}

const STATEMENTS = [
  // Null: the provider gave none, or the version before opened the session.
  `ALTER TABLE session_id_token ADD COLUMN provider_sid text`,
  `CREATE INDEX session_id_token_sid ON session_id_token (provider_sid)`,
  // What the session gets that the second step opens: sealed, as there.
  `ALTER TABLE login_challenge ADD COLUMN provider_envelope text`,
  // Logout tokens that were used: each is good once.
  `CREATE TABLE provider_logout (
     token_hash bytea PRIMARY KEY,
     at timestamptz NOT NULL DEFAULT clock_timestamp()
   )`,
  `CREATE INDEX provider_logout_age ON provider_logout (at)`,
  `ALTER TABLE letter DROP CONSTRAINT letter_kind_check`,
  `ALTER TABLE letter ADD CONSTRAINT letter_kind_check CHECK (kind IN
     ('reset_password', 'verify_email', 'change_email', 'password_changed', 'email_changed', 'alert', 'new_sign_in'))`,
];
