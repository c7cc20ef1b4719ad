import { z } from 'zod';
import { Id, PageQuery, Text, Timestamp } from './common.ts';
import { Scope } from './rights.ts';

const MOST_DAYS = 3650;

export const CreateKey = z.strictObject({
  name: Text.trim().min(1).max(100),
  scopes: z
    .array(Scope)
    .min(1)
    .max(20)
    .transform((scopes) => [...new Set(scopes)])
    .describe('What the key may do; never more than its owner'),
  expiresInDays: z.int().min(1).max(MOST_DAYS).nullable().default(null).describe('null: until it is revoked'),
  addresses: z
    .array(z.union([z.cidrv4(), z.cidrv6(), z.ipv4(), z.ipv6()]))
    .max(50)
    .default([])
    .describe('Addresses and networks (203.0.113.0/24) it is accepted from; none: from everywhere'),
});
export type CreateKey = z.infer<typeof CreateKey>;

export const ApiKey = z.object({
  id: Id,
  name: z.string(),
  prefix: z.string().describe('How the key begins, to find it by'),
  scopes: z.array(Scope),
  addresses: z.array(z.string()),
  origin: z.enum(['person', 'environment']).describe('`environment`: from API_KEYS; gone when it is taken out there'),
  createdAt: Timestamp,
  expiresAt: Timestamp.nullable(),
  revokedAt: Timestamp.nullable(),
  lastUsedAt: Timestamp.nullable().describe('To the minute'),
  lastAddress: z.string().nullable(),
});
export type ApiKey = z.infer<typeof ApiKey>;

export const CreatedKey = ApiKey.extend({ key: z.string().describe('Shown once') });
export type CreatedKey = z.infer<typeof CreatedKey>;

export const OwnedKey = ApiKey.extend({ owner: z.object({ id: Id, email: z.string() }) });
export type OwnedKey = z.infer<typeof OwnedKey>;

export const AllKeysQuery = z.strictObject({
  ...PageQuery.shape,
  search: Text.trim()
    .min(1)
    .max(200)
    .optional()
    .describe('Part of the name, the beginning of the key, or part of the e-mail'),
});
export type AllKeysQuery = z.infer<typeof AllKeysQuery>;
