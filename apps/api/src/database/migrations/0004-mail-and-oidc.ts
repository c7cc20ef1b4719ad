import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Mail, links that are good once, and accounts at sign-in providers. */
export class MailAndOidc1700000000004 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'DROP TABLE IF EXISTS session_id_token, oidc_login, external_identity, one_time_link, letter CASCADE',
    );
    await runner.query('ALTER TABLE account DROP COLUMN IF EXISTS email_verified_at');
  }
}

const STATEMENTS = [
  `ALTER TABLE account ADD COLUMN email_verified_at timestamptz`,
  // Whoever signs in through a provider only has none; the version before takes null for a wrong password.
  `ALTER TABLE account ALTER COLUMN password_hash DROP NOT NULL`,

  // What is to be mailed. It holds no link: that is made when the letter goes out.
  `CREATE TABLE letter (
     id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
     kind text NOT NULL CHECK (kind IN ('reset_password', 'verify_email', 'change_email', 'password_changed', 'email_changed')),
     recipient text NOT NULL,
     account_id uuid REFERENCES account ON DELETE CASCADE,
     attempts integer NOT NULL DEFAULT 0,
     next_at timestamptz NOT NULL DEFAULT clock_timestamp(),
     created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
     done_at timestamptz
   )`,
  `CREATE INDEX letter_due ON letter (next_at) WHERE done_at IS NULL`,
  `CREATE INDEX letter_recipient ON letter (recipient, kind, created_at)`,

  // email: the address that the link is about. It is void when a reset link's account has another one by then.
  `CREATE TABLE one_time_link (
     token_hash bytea PRIMARY KEY,
     account_id uuid NOT NULL REFERENCES account ON DELETE CASCADE,
     purpose text NOT NULL CHECK (purpose IN ('reset_password', 'verify_email', 'change_email')),
     email text NOT NULL,
     created_by uuid REFERENCES account ON DELETE SET NULL,
     created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
     expires_at timestamptz NOT NULL,
     UNIQUE (account_id, purpose)
   )`,

  `CREATE TABLE external_identity (
     id uuid PRIMARY KEY,
     issuer text NOT NULL,
     subject text NOT NULL,
     account_id uuid NOT NULL REFERENCES account ON DELETE CASCADE,
     email text,
     linked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
     last_used_at timestamptz NOT NULL DEFAULT clock_timestamp(),
     UNIQUE (issuer, subject)
   )`,
  `CREATE INDEX external_identity_account ON external_identity (account_id)`,

  // A sign-in that is under way at the provider: any replica can finish it, and only the browser that began it.
  `CREATE TABLE oidc_login (
     state_hash bytea PRIMARY KEY,
     browser_hash bytea NOT NULL,
     secrets_envelope text NOT NULL,
     next_path text NOT NULL,
     session_id uuid REFERENCES session ON DELETE CASCADE,
     expires_at timestamptz NOT NULL
   )`,
  `CREATE INDEX oidc_login_expiry ON oidc_login (expires_at)`,

  // What the provider wants to see at its logout (OpenID Connect RP-Initiated Logout 1.0, 2), sealed.
  `CREATE TABLE session_id_token (
     session_id uuid PRIMARY KEY REFERENCES session ON DELETE CASCADE,
     token_envelope text NOT NULL
   )`,
];
