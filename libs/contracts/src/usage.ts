import { z } from 'zod';
import { Micros, Timestamp } from './common.ts';

export const USAGE_GROUPS = ['day', 'person', 'model'] as const;
export const UsageGroup = z.enum(USAGE_GROUPS);
export type UsageGroup = z.infer<typeof UsageGroup>;

export const UsageQuery = z.strictObject({
  from: Timestamp.optional().describe(
    'Not given: the first moment of a day (UTC), so that there are 30 with the last one',
  ),
  to: Timestamp.optional().describe('Not included; not given: now'),
  by: UsageGroup.default('day'),
});
export type UsageQuery = z.infer<typeof UsageQuery>;

const count = z.int().nonnegative();

const sums = {
  messages: count.describe('Answers that were asked for'),
  calls: count.describe('Calls of a provider: an answer that was begun again takes several, a title is one too'),
  inputTokens: count,
  cachedInputTokens: count.describe('Part of the input'),
  outputTokens: count,
  costMicros: Micros.describe('Of the calls whose price is known'),
  unpricedCalls: count.describe('Calls whose price is not known'),
};

export const UsageSums = z.object(sums);
export type UsageSums = z.infer<typeof UsageSums>;

export const UsageRow = z.object({
  key: z
    .string()
    .nullable()
    .describe('The day (UTC), the id of the person, or the id of the model; null: people who are gone'),
  name: z.string().nullable().describe('Of a person: the name, else the e-mail'),
  email: z.string().nullable(),
  ...sums,
});
export type UsageRow = z.infer<typeof UsageRow>;

export const UsageReport = z.object({
  from: Timestamp,
  to: Timestamp,
  by: UsageGroup,
  items: z.array(UsageRow).describe('Days from the last one back; people and models from the most tokens down'),
  left: count.describe('Rows beyond those, which only the export has'),
  total: UsageSums.describe('Of all rows'),
});
export type UsageReport = z.infer<typeof UsageReport>;
