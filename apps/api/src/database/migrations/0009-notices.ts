import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = [
  // What each replica counted lately, and when it last said so. One that stops in order takes its row away.
  `CREATE TABLE node_reading (
     node_id text PRIMARY KEY,
     reading jsonb NOT NULL,
     first_at timestamptz NOT NULL DEFAULT clock_timestamp(),
     at timestamptz NOT NULL DEFAULT clock_timestamp()
   )`,

  // subject: the replica or connection it is about, or empty. told_severity: the worst that people were told.
  `CREATE TABLE notice (
     id uuid PRIMARY KEY,
     kind text NOT NULL,
     subject text NOT NULL,
     severity text NOT NULL CHECK (severity IN ('warning', 'critical')),
     told_severity text CHECK (told_severity IN ('warning', 'critical')),
     details jsonb NOT NULL,
     since timestamptz NOT NULL DEFAULT clock_timestamp(),
     last_seen timestamptz NOT NULL DEFAULT clock_timestamp(),
     resolved_at timestamptz,
     acknowledged_at timestamptz,
     acknowledged_by uuid REFERENCES account ON DELETE SET NULL
   )`,
  // However many replicas think at once that it is theirs to say it, it is said once.
  `CREATE UNIQUE INDEX notice_open ON notice (kind, subject) WHERE resolved_at IS NULL`,
  `CREATE INDEX notice_since ON notice (since DESC, id DESC)`,

  `CREATE TABLE notice_call (
     id uuid PRIMARY KEY,
     notice_id uuid NOT NULL REFERENCES notice ON DELETE CASCADE,
     event text NOT NULL CHECK (event IN ('raised', 'worsened', 'resolved')),
     attempts integer NOT NULL DEFAULT 0,
     next_at timestamptz NOT NULL DEFAULT clock_timestamp(),
     created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
     done_at timestamptz
   )`,
  `CREATE INDEX notice_call_due ON notice_call (next_at) WHERE done_at IS NULL`,
  `CREATE INDEX notice_call_notice ON notice_call (notice_id)`,

  // Of a letter of the new kind: what is wrong, in the words that are mailed.
  `ALTER TABLE letter ADD COLUMN about jsonb`,
  `ALTER TABLE letter DROP CONSTRAINT letter_kind_check`,
  `ALTER TABLE letter ADD CONSTRAINT letter_kind_check CHECK
     (kind IN ('reset_password', 'verify_email', 'change_email', 'password_changed', 'email_changed', 'alert'))`,
];

const DOWN = [
  `DELETE FROM letter WHERE kind = 'alert'`,
  `ALTER TABLE letter DROP CONSTRAINT letter_kind_check`,
  `ALTER TABLE letter ADD CONSTRAINT letter_kind_check CHECK
     (kind IN ('reset_password', 'verify_email', 'change_email', 'password_changed', 'email_changed'))`,
  `ALTER TABLE letter DROP COLUMN about`,
  `DROP TABLE notice_call`,
  `DROP TABLE notice`,
  `DROP TABLE node_reading`,
];

/** The product's own alerts: what replicas read, what is wrong, and whom to call. */
export class Notices1700000000009 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await runner.query(statement);
  }
}
