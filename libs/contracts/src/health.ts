import { z } from 'zod';
import { Timestamp } from './common.ts';

/** `degraded`: works, but not as it should; nothing is to be restarted, and people can be sent here. */
const HealthCheck = z
  .object({
    status: z.enum(['up', 'degraded', 'down']),
    message: z.string().optional().describe('What is wrong, in words'),
    checkedAt: Timestamp.optional(),
  })
  .loose();

export const Health = z.object({
  status: z.enum(['ok', 'degraded', 'error', 'starting', 'shutting_down']),
  details: z.record(z.string(), HealthCheck).optional().describe('Given to administrators only'),
});
export type Health = z.infer<typeof Health>;
