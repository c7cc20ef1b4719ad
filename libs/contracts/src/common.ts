import { z } from 'zod';

export const Id = z.uuid();
export const Timestamp = z.iso.datetime().describe('UTC, ISO 8601');

/** Money in millionths of a US dollar. An integer, so that sums are exact. */
export const Micros = z.int();

/** PostgreSQL text cannot hold U+0000, and a lone surrogate is not text at all (RFC 3629). */
export const Text = z
  .string()
  .refine((text) => !text.includes('\u0000'), 'must not contain U+0000')
  .refine((text) => text.isWellFormed(), 'must be well-formed Unicode');

export const PageQuery = z.strictObject({
  cursor: z.string().max(200).optional().describe('nextCursor of the page before'),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});
export type PageQuery = z.infer<typeof PageQuery>;

export const page = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });
export type Page<T> = { items: T[]; nextCursor: string | null };
