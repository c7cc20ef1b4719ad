import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Accounts that wait for approval, keys of programs, the audit log, and answers kept for repeated requests. */
export class Rights1700000000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE IF EXISTS idempotency, audit, api_key');
    await runner.query('DROP FUNCTION IF EXISTS audit_refuses_change');
    await runner.query(`UPDATE account SET status = 'suspended' WHERE status = 'pending'`);
    await runner.query('ALTER TABLE account DROP CONSTRAINT account_status_check');
    await runner.query(
      `ALTER TABLE account ADD CONSTRAINT account_status_check CHECK (status IN ('active', 'suspended'))`,
    );
  }
}

const STATEMENTS = [
  `ALTER TABLE account DROP CONSTRAINT account_status_check`,
  `ALTER TABLE account ADD CONSTRAINT account_status_check CHECK (status IN ('active', 'suspended', 'pending'))`,
  `CREATE INDEX account_created ON account (created_at, id)`,

  // prefix is the part of a key that may be shown, and finds it; hash is of the whole.
  `CREATE TABLE api_key (
     id uuid PRIMARY KEY,
     account_id uuid NOT NULL REFERENCES account ON DELETE CASCADE,
     name text NOT NULL,
     prefix text NOT NULL UNIQUE,
     hash bytea NOT NULL,
     scopes text[] NOT NULL,
     origin text NOT NULL DEFAULT 'person' CHECK (origin IN ('person', 'environment')),
     addresses text[] NOT NULL DEFAULT '{}',
     created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
     expires_at timestamptz,
     revoked_at timestamptz,
     last_used_at timestamptz,
     last_address text
   )`,
  `CREATE INDEX api_key_account ON api_key (account_id, created_at)`,
  `CREATE INDEX api_key_created ON api_key (created_at, id)`,

  // No foreign keys: what somebody did stays known when they are gone. hash covers the row and the hash before it.
  `CREATE TABLE audit (
     seq bigint PRIMARY KEY,
     at timestamptz(3) NOT NULL,
     actor_id uuid,
     actor_email text,
     actor_key uuid,
     action text NOT NULL,
     target_kind text,
     target_id text,
     target_name text,
     address text,
     request_id text,
     details json NOT NULL,
     hash bytea NOT NULL
   )`,
  `CREATE INDEX audit_actor ON audit (actor_id, seq)`,
  `CREATE INDEX audit_action ON audit (action, seq)`,
  `CREATE INDEX audit_at ON audit (at)`,
  `CREATE FUNCTION audit_refuses_change() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN RAISE EXCEPTION 'the audit log only grows' USING ERRCODE = 'restrict_violation'; END $$`,
  `CREATE TRIGGER audit_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
     FOR EACH STATEMENT EXECUTE FUNCTION audit_refuses_change()`,

  `CREATE TABLE idempotency (
     caller uuid NOT NULL,
     key text NOT NULL,
     account_id uuid NOT NULL REFERENCES account ON DELETE CASCADE,
     fingerprint bytea NOT NULL,
     attempt uuid NOT NULL,
     answer text,
     created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
     PRIMARY KEY (caller, key)
   )`,
  `CREATE INDEX idempotency_created ON idempotency (created_at)`,
];
