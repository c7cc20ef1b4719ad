import { z } from 'zod';

export const Health = z.object({
  status: z.enum(['ok', 'error', 'shutting_down']),
  info: z.record(z.string(), z.object({ status: z.enum(['up', 'down']) }).loose()).optional(),
  error: z.record(z.string(), z.object({ status: z.enum(['up', 'down']) }).loose()).optional(),
  details: z.record(z.string(), z.object({ status: z.enum(['up', 'down']) }).loose()),
});
export type Health = z.infer<typeof Health>;
