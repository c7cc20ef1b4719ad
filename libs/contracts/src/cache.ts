import { z } from 'zod';

const count = z.int().nonnegative();

/** Of the replica that answers, since it started; `shared` of the memory that all replicas share. */
export const CacheStatistics = z.object({
  memory: z.object({
    entries: count,
    bytes: count,
    maxEntries: count,
    maxBytes: count,
    hits: count,
    misses: count.describe('Also what was then found in the shared memory'),
  }),
  shared: z
    .object({
      status: z.enum(['up', 'away']),
      hits: count,
      misses: count,
      clients: count.nullable().describe('Connections of all replicas and others to the server; null while it is away'),
      bytes: count.nullable().describe('Memory that the server uses for everything in it'),
      keys: count.nullable().describe('Keys in the database, those of other uses too'),
    })
    .nullable()
    .describe('null where there is one replica and nothing to share'),
  stale: count.describe('Answers that were past their time because the database was away'),
  forgotten: count.describe('Times that something was forgotten here, by this replica or at the word of another'),
});
export type CacheStatistics = z.infer<typeof CacheStatistics>;
