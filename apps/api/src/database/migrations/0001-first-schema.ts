import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Tables of the first release. Later migrations only expand within a release (docs/adr). */
export class FirstSchema1700000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      `DROP TABLE IF EXISTS ledger, journal, attempt, generation, message, conversation, node, connection, setting,
       invitation, login_failure, refresh_token, session, account CASCADE`,
    );
  }
}

const STATEMENTS = [
  `CREATE TABLE account (
     id uuid PRIMARY KEY,
     email text NOT NULL,
     name text,
     password_hash text NOT NULL,
     role text NOT NULL CHECK (role IN ('owner', 'admin', 'member', 'viewer')),
     status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'suspended')),
     created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
     updated_at timestamptz NOT NULL DEFAULT clock_timestamp()
   )`,
  `CREATE UNIQUE INDEX account_email ON account (lower(email))`,

  `CREATE TABLE session (
     id uuid PRIMARY KEY,
     account_id uuid NOT NULL REFERENCES account ON DELETE CASCADE,
     generation integer NOT NULL DEFAULT 0,
     created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
     last_used_at timestamptz NOT NULL DEFAULT clock_timestamp(),
     expires_at timestamptz NOT NULL,
     ended_at timestamptz,
     end_reason text,
     user_agent text,
     address text
   )`,
  `CREATE INDEX session_account ON session (account_id) WHERE ended_at IS NULL`,
  `CREATE INDEX session_expiry ON session (expires_at)`,

  // Every refresh token of a session's life, by its hash: an old one that comes back is recognised as what it is.
  // successor: the token that replaced it, sealed with a key that only the holder of this one can make.
  `CREATE TABLE refresh_token (
     hash bytea PRIMARY KEY,
     session_id uuid NOT NULL REFERENCES session ON DELETE CASCADE,
     generation integer NOT NULL,
     issued_at timestamptz NOT NULL DEFAULT clock_timestamp(),
     used_at timestamptz,
     successor bytea,
     UNIQUE (session_id, generation)
   )`,

  `CREATE TABLE login_failure (
     id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
     email text NOT NULL,
     address text,
     at timestamptz NOT NULL DEFAULT clock_timestamp()
   )`,
  `CREATE INDEX login_failure_email ON login_failure (email, at)`,
  `CREATE INDEX login_failure_at ON login_failure (at)`,

  `CREATE TABLE invitation (
     id uuid PRIMARY KEY,
     token_hash bytea NOT NULL UNIQUE,
     email text,
     role text NOT NULL CHECK (role IN ('admin', 'member', 'viewer')),
     created_by uuid REFERENCES account ON DELETE SET NULL,
     created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
     expires_at timestamptz NOT NULL,
     used_at timestamptz,
     used_by uuid REFERENCES account ON DELETE SET NULL
   )`,

  `CREATE TABLE setting (
     name text PRIMARY KEY,
     value jsonb NOT NULL,
     updated_at timestamptz NOT NULL DEFAULT clock_timestamp()
   )`,

  `CREATE TABLE connection (
     id uuid PRIMARY KEY,
     slug text NOT NULL UNIQUE,
     name text NOT NULL,
     kind text NOT NULL CHECK (kind IN ('openai', 'anthropic')),
     base_url text,
     key_envelope text,
     key_hint text,
     enabled boolean NOT NULL DEFAULT true,
     created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
     updated_at timestamptz NOT NULL DEFAULT clock_timestamp()
   )`,

  // A process that can own generations. Its epoch grows whenever its leases are taken away: a zombie names an old one.
  `CREATE TABLE node (
     id text PRIMARY KEY,
     epoch bigint NOT NULL DEFAULT 1,
     lease_until timestamptz NOT NULL,
     url text,
     version text NOT NULL,
     started_at timestamptz NOT NULL DEFAULT clock_timestamp()
   )`,

  `CREATE TABLE conversation (
     id uuid PRIMARY KEY,
     account_id uuid NOT NULL REFERENCES account ON DELETE CASCADE,
     title text,
     model text,
     system_prompt text,
     active_leaf_id uuid,
     revision bigint NOT NULL DEFAULT 1,
     cost_micros bigint NOT NULL DEFAULT 0,
     input_tokens bigint NOT NULL DEFAULT 0,
     output_tokens bigint NOT NULL DEFAULT 0,
     created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
     updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
     deleted_at timestamptz
   )`,
  `CREATE INDEX conversation_list ON conversation (account_id, updated_at DESC, id DESC) WHERE deleted_at IS NULL`,
  `CREATE INDEX conversation_deleted ON conversation (deleted_at) WHERE deleted_at IS NOT NULL`,

  // A message is a row in a tree, never a part of a blob. text is what search reads; parts is what is shown.
  `CREATE TABLE message (
     id uuid PRIMARY KEY,
     seq bigint GENERATED ALWAYS AS IDENTITY,
     conversation_id uuid NOT NULL REFERENCES conversation ON DELETE CASCADE,
     parent_id uuid REFERENCES message ON DELETE CASCADE,
     role text NOT NULL CHECK (role IN ('user', 'assistant')),
     text text NOT NULL DEFAULT '',
     parts jsonb NOT NULL DEFAULT '[]',
     position integer NOT NULL DEFAULT 0,
     client_message_id uuid,
     model text,
     usage jsonb,
     cost_micros bigint,
     created_at timestamptz NOT NULL DEFAULT clock_timestamp()
   ) WITH (fillfactor = 70)`,
  `CREATE UNIQUE INDEX message_page ON message (conversation_id, seq)`,
  `CREATE INDEX message_parent ON message (parent_id)`,
  `CREATE UNIQUE INDEX message_client ON message (conversation_id, client_message_id) WHERE client_message_id IS NOT NULL`,

  `CREATE TABLE generation (
     id uuid PRIMARY KEY,
     conversation_id uuid NOT NULL REFERENCES conversation ON DELETE CASCADE,
     message_id uuid NOT NULL UNIQUE REFERENCES message ON DELETE CASCADE,
     account_id uuid NOT NULL REFERENCES account ON DELETE CASCADE,
     status text NOT NULL CHECK (status IN ('running', 'completed', 'stopped', 'failed', 'interrupted')),
     attempt integer NOT NULL DEFAULT 1,
     model text NOT NULL,
     node_id text NOT NULL REFERENCES node,
     epoch bigint NOT NULL,
     checkpoint_seq bigint NOT NULL DEFAULT 0,
     stop_requested_at timestamptz,
     error jsonb,
     started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
     finished_at timestamptz,
     CHECK ((status = 'running') = (finished_at IS NULL))
   ) WITH (fillfactor = 70)`,
  `CREATE INDEX generation_running ON generation (node_id) WHERE status = 'running'`,
  `CREATE INDEX generation_conversation ON generation (conversation_id)`,

  // The text of an attempt that was given up for a new one: what a person saw stays.
  `CREATE TABLE attempt (
     generation_id uuid NOT NULL REFERENCES generation ON DELETE CASCADE,
     attempt integer NOT NULL,
     parts jsonb NOT NULL,
     reason text NOT NULL,
     ended_at timestamptz NOT NULL DEFAULT clock_timestamp(),
     PRIMARY KEY (generation_id, attempt)
   )`,

  // One row for a node and flush: the frames of all its generations. Slots are emptied in turn, by TRUNCATE.
  `CREATE TABLE journal (
     slot smallint NOT NULL,
     seq bigint GENERATED ALWAYS AS IDENTITY,
     node_id text NOT NULL,
     epoch bigint NOT NULL,
     frames text NOT NULL,
     at timestamptz NOT NULL DEFAULT clock_timestamp(),
     PRIMARY KEY (slot, seq)
   ) PARTITION BY LIST (slot)`,
  ...[0, 1, 2, 3].map((slot) => `CREATE TABLE journal_${slot} PARTITION OF journal FOR VALUES IN (${slot})`),

  `CREATE TABLE ledger (
     id uuid PRIMARY KEY,
     account_id uuid REFERENCES account ON DELETE SET NULL,
     conversation_id uuid REFERENCES conversation ON DELETE SET NULL,
     message_id uuid REFERENCES message ON DELETE SET NULL,
     generation_id uuid,
     attempt integer,
     purpose text NOT NULL CHECK (purpose IN ('chat', 'title')),
     outcome text NOT NULL CHECK (outcome IN ('completed', 'stopped', 'failed', 'interrupted', 'abandoned')),
     model text NOT NULL,
     provider text NOT NULL,
     input_tokens integer NOT NULL,
     cached_input_tokens integer NOT NULL,
     output_tokens integer NOT NULL,
     reasoning_tokens integer NOT NULL,
     estimated boolean NOT NULL,
     cost_micros bigint,
     at timestamptz NOT NULL DEFAULT clock_timestamp()
   )`,
  `CREATE UNIQUE INDEX ledger_call ON ledger (generation_id, attempt) WHERE purpose = 'chat'`,
  `CREATE INDEX ledger_account ON ledger (account_id, at)`,
  `CREATE INDEX ledger_conversation ON ledger (conversation_id)`,
];
