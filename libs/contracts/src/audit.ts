import { z } from 'zod';
import { Id, PageQuery, Text, Timestamp } from './common.ts';

const filter = {
  actor: Id.optional().describe('Id of whoever did it'),
  action: Text.max(100)
    .regex(/^[a-z_]+(\.[a-z_]+)?$/, 'is not the name of an action')
    .optional()
    .describe('`person.suspended`, or `person` for all that begin with it'),
  from: Timestamp.optional(),
  to: Timestamp.optional().describe('Not included'),
};

export const AuditFilter = z.strictObject(filter);
export type AuditFilter = z.infer<typeof AuditFilter>;
export const AuditQuery = z.strictObject({ ...PageQuery.shape, ...filter });
export type AuditQuery = z.infer<typeof AuditQuery>;

/** One entry of the audit log: who did what to what, when and from where. */
export const AuditRecord = z.object({
  seq: z.int(),
  at: Timestamp,
  actor: z.object({ id: Id, email: z.string(), keyId: Id.nullable().describe('Given where a key did it') }).nullable(),
  action: z.string(),
  target: z.object({ kind: z.string(), id: z.string(), name: z.string().nullable() }).nullable(),
  address: z.string().nullable(),
  requestId: z.string().nullable(),
  details: z.record(z.string(), z.unknown()),
  hash: z.string().describe('SHA-256 over this entry and the hash of the one before, in hexadecimal'),
});
export type AuditRecord = z.infer<typeof AuditRecord>;

/** Whether every entry still follows from the one before. Keep the head elsewhere to notice a log that was cut short. */
export const AuditVerification = z.object({
  intact: z.boolean(),
  entries: z.int().describe('That were found in order'),
  brokenAt: z.int().nullable().describe('The first entry that is missing, changed or out of place'),
  head: z.object({ seq: z.int(), hash: z.string() }).describe('The last entry in order'),
});
export type AuditVerification = z.infer<typeof AuditVerification>;
