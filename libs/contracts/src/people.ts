import { z } from 'zod';
import { Role } from './auth.ts';
import { Id, PageQuery, Text, Timestamp } from './common.ts';

export const ACCOUNT_STATUSES = ['active', 'suspended', 'pending'] as const;
/** `pending`: registered, and waits until somebody approves. */
export const AccountStatus = z.enum(ACCOUNT_STATUSES);
export type AccountStatus = z.infer<typeof AccountStatus>;

/** A person as the administration sees them. */
export const Person = z.object({
  id: Id,
  email: z.string(),
  name: z.string().nullable(),
  role: Role,
  status: AccountStatus,
  createdAt: Timestamp,
  lastSeenAt: Timestamp.nullable().describe('When a session was opened or went on last, to the hour'),
  sessions: z.int().describe('Live ones'),
  keys: z.int().describe('Keys of programs that work'),
});
export type Person = z.infer<typeof Person>;

export const PEOPLE_SORTS = ['name', 'email', 'createdAt', 'lastSeenAt'] as const;
export const PeopleQuery = z.strictObject({
  ...PageQuery.shape,
  cursor: z.string().max(1000).optional().describe('nextCursor of the page before, with the same sort and order'),
  search: Text.trim().min(1).max(200).optional().describe('Part of the name or of the e-mail'),
  role: Role.optional(),
  status: AccountStatus.optional(),
  sort: z.enum(PEOPLE_SORTS).default('createdAt'),
  order: z.enum(['asc', 'desc']).default('desc'),
});
export type PeopleQuery = z.infer<typeof PeopleQuery>;

export const UpdatePerson = z.strictObject({ role: Role });
export type UpdatePerson = z.infer<typeof UpdatePerson>;

export const EndedSessions = z.object({ ended: z.int() });
export type EndedSessions = z.infer<typeof EndedSessions>;
