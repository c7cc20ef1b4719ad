import { z } from 'zod';
import { Text, Timestamp } from './common.ts';
import { ErrorCode } from './errors.ts';

export const PROVIDER_KINDS = ['openai', 'anthropic', 'offline'] as const;
/** The wire protocol, not the company: `openai` is every OpenAI-compatible server. */
export const ProviderKind = z.enum(PROVIDER_KINDS);
export type ProviderKind = z.infer<typeof ProviderKind>;

export const Prices = z.object({
  inputPerMillion: z.int().describe('Micro-dollars for a million input tokens'),
  outputPerMillion: z.int().describe('Micro-dollars for a million output tokens'),
  cachedInputPerMillion: z.int().nullable(),
  longPrompt: z
    .object({
      above: z.int(),
      inputPerMillion: z.int(),
      outputPerMillion: z.int(),
      cachedInputPerMillion: z.int().nullable(),
    })
    .optional()
    .describe('Prices of the whole call where its input is more tokens than `above`'),
  asOf: z.iso.date(),
  source: z.string(),
});
export type Prices = z.infer<typeof Prices>;

export const Capabilities = z.object({
  vision: z.boolean(),
  tools: z.boolean(),
  reasoning: z.boolean(),
  prefill: z.boolean().describe('Can continue a partial answer from its exact last character'),
  continueTurn: z.boolean().describe('Goes on with its own unfinished answer when it is shown it and asked to'),
});
export type Capabilities = z.infer<typeof Capabilities>;

export const Model = z.object({
  id: z.string().describe('connection slug, a slash, and the id the upstream gave'),
  name: z.string(),
  provider: ProviderKind,
  connectionId: z.string(),
  connectionName: z.string(),
  contextWindow: z.int().nullable().describe('Tokens; null when the upstream does not say'),
  maxOutputTokens: z.int().nullable(),
  capabilities: Capabilities,
  prices: Prices.nullable().describe('null: unknown. All zero: runs on this machine'),
  isDefault: z.boolean(),
});
export type Model = z.infer<typeof Model>;

export const ModelList = z.object({
  items: z.array(Model),
  problems: z.array(
    z.object({ connectionId: z.string(), connectionName: z.string(), code: ErrorCode, detail: z.string() }),
  ),
});
export type ModelList = z.infer<typeof ModelList>;

export const Connection = z.object({
  id: z.string(),
  slug: z.string(),
  name: z.string(),
  kind: ProviderKind,
  baseUrl: z.string().nullable(),
  hasKey: z.boolean(),
  keyHint: z.string().nullable().describe('The last four characters of the key'),
  origin: z.enum(['built-in', 'environment', 'settings']),
  enabled: z.boolean(),
  createdAt: Timestamp.nullable(),
});
export type Connection = z.infer<typeof Connection>;

const Slug = z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'lower-case letters, digits and dashes');
const BaseUrl = Text.max(2000).pipe(z.url({ protocol: /^https?$/ }));
const Key = Text.trim().min(1).max(1000);
const ConnectionName = Text.trim().min(1).max(100);
const ConnectionKind = ProviderKind.exclude(['offline']);

export const CreateConnection = z.strictObject({
  name: ConnectionName,
  slug: Slug.optional(),
  kind: ConnectionKind,
  baseUrl: BaseUrl.optional(),
  key: Key.optional(),
});
export type CreateConnection = z.infer<typeof CreateConnection>;

export const UpdateConnection = z.strictObject({
  name: ConnectionName.optional(),
  baseUrl: BaseUrl.optional(),
  key: Key.nullable().optional(),
  enabled: z.boolean().optional(),
});
export type UpdateConnection = z.infer<typeof UpdateConnection>;

export const TestConnection = z.strictObject({
  kind: ConnectionKind,
  baseUrl: BaseUrl.optional(),
  key: Key.optional(),
});
export type TestConnection = z.infer<typeof TestConnection>;

export const ConnectionTest = z.object({
  ok: z.boolean(),
  models: z.array(z.string()).describe('Ids that the upstream lists'),
  milliseconds: z.number(),
  error: z.object({ code: ErrorCode, detail: z.string() }).optional(),
});
export type ConnectionTest = z.infer<typeof ConnectionTest>;

/** A model server found on this machine, not yet connected. */
export const LocalServer = z.object({
  name: z.string().describe('Ollama, LM Studio, llama.cpp, vLLM'),
  baseUrl: z.string(),
  models: z.array(z.string()),
  connected: z.boolean(),
});
export type LocalServer = z.infer<typeof LocalServer>;

export const Usage = z.object({
  inputTokens: z.int(),
  cachedInputTokens: z.int(),
  outputTokens: z.int(),
  reasoningTokens: z.int().describe('Part of outputTokens'),
  estimated: z.boolean().describe('The provider did not say; counted here'),
});
export type Usage = z.infer<typeof Usage>;
