import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Second factors, the two halves of a sign-in with one, and how long ago a session was proven. */
export class Factors1700000000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'DROP TABLE IF EXISTS factor_tries, login_challenge, passkey_challenge, passkey, recovery_code, totp',
    );
    await runner.query('ALTER TABLE session DROP COLUMN IF EXISTS proven_at');
  }
}

const STATEMENTS = [
  // A session is opened by a proof, also by the version before this one. Those that are open now have none that is known.
  `ALTER TABLE session ADD COLUMN proven_at timestamptz`,
  `ALTER TABLE session ALTER COLUMN proven_at SET DEFAULT clock_timestamp()`,

  // A new secret waits beside the one in use until it is confirmed, so that a telephone can be replaced without a gap.
  `CREATE TABLE totp (
     account_id uuid PRIMARY KEY REFERENCES account ON DELETE CASCADE,
     secret_envelope text,
     added_at timestamptz,
     last_used_at timestamptz,
     last_step bigint NOT NULL DEFAULT 0,
     pending_envelope text,
     pending_until timestamptz
   )`,

  `CREATE TABLE recovery_code (
     hash bytea PRIMARY KEY,
     account_id uuid NOT NULL REFERENCES account ON DELETE CASCADE,
     used_at timestamptz
   )`,
  `CREATE INDEX recovery_code_account ON recovery_code (account_id)`,

  `CREATE TABLE passkey (
     id uuid PRIMARY KEY,
     account_id uuid NOT NULL REFERENCES account ON DELETE CASCADE,
     credential_id text NOT NULL UNIQUE,
     rp_id text NOT NULL,
     public_key bytea NOT NULL,
     counter bigint NOT NULL,
     transports text[] NOT NULL,
     synced boolean NOT NULL,
     name text NOT NULL,
     created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
     last_used_at timestamptz
   )`,
  `CREATE INDEX passkey_account ON passkey (account_id)`,

  // bound: hash of what has to come back with the answer, such as the session's id.
  `CREATE TABLE passkey_challenge (
     challenge text PRIMARY KEY,
     bound bytea NOT NULL,
     expires_at timestamptz NOT NULL
   )`,
  `CREATE INDEX passkey_challenge_expiry ON passkey_challenge (expires_at)`,

  // The first half of a sign-in: whoever holds it has shown the password whose digest this is.
  `CREATE TABLE login_challenge (
     hash bytea PRIMARY KEY,
     account_id uuid NOT NULL REFERENCES account ON DELETE CASCADE,
     password_digest bytea NOT NULL,
     tries integer NOT NULL DEFAULT 0,
     expires_at timestamptz NOT NULL
   )`,
  `CREATE INDEX login_challenge_account ON login_challenge (account_id)`,
  `CREATE INDEX login_challenge_expiry ON login_challenge (expires_at)`,

  `CREATE TABLE factor_tries (
     account_id uuid PRIMARY KEY REFERENCES account ON DELETE CASCADE,
     tries integer NOT NULL,
     until timestamptz NOT NULL
   )`,
];
