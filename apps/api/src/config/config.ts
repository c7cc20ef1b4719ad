import { z } from 'zod';

/**
 * Every setting, once. docs/configuration.md is generated from it; a value can also come from a file named by `NAME_FILE`.
 * The environment is read at the entry point and parsed here; nothing else looks at it.
 */
const text = z.string().trim();
const optionalText = text.min(1).optional();
const seconds = (fallback: number) => z.coerce.number().positive().default(fallback);

export const ConfigSchema = z.object({
  NODE_ENV: z.enum(['development', 'production', 'test']).default('production').describe('Changes log format only'),
  MODE: z
    .enum(['embedded', 'clustered'])
    .default('embedded')
    .describe('Preset: one process on one machine, or many replicas'),
  HOST: text.default('127.0.0.1').describe('Address the API listens on'),
  PORT: z.coerce.number().int().min(0).max(65535).default(3000).describe('Port; 0 takes a free one'),
  PUBLIC_URL: z.url().optional().describe('Address people use, where it is not http://localhost:PORT'),
  DATA_DIR: text.default('.data').describe('Folder of the embedded database, the secrets of the first run and uploads'),
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/ })
    .optional()
    .describe('PostgreSQL 15 or newer; not given: an embedded one is started under DATA_DIR'),
  DATABASE_POOL_MAX: z.coerce.number().int().min(2).max(200).default(20).describe('Connections of one replica'),
  JWT_SECRET: text.min(32).describe('Signs access tokens; made at the first run when not given'),
  MASTER_KEY: text
    .min(32)
    .describe(
      'Encrypts provider keys at rest; made at the first run when not given. Old ones may follow, separated by commas',
    ),
  CORS_ORIGIN: optionalText.describe(
    'Origins, separated by commas, that may call the API from a browser besides its own',
  ),
  TRUSTED_PROXIES: text.default('127.0.0.1,::1').describe('Addresses whose X-Forwarded-* headers count'),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('How much is logged'),
  METRICS_TOKEN: optionalText.describe('Bearer token that opens /metrics to clients that are not on this machine'),
  OPENAI_API_KEY: optionalText.describe('Adds the connection "openai"'),
  OPENAI_BASE_URL: z.url().optional().describe('Another OpenAI-compatible server for that connection'),
  ANTHROPIC_API_KEY: optionalText.describe('Adds the connection "anthropic"'),
  ANTHROPIC_BASE_URL: z.url().optional().describe('Another Anthropic-compatible server for that connection'),
  DISCOVER_LOCAL_MODELS: z
    .stringbool()
    .default(true)
    .describe('Look for Ollama, LM Studio, llama.cpp and vLLM on their usual ports of this machine'),
  PROVIDER_TIMEOUT_SECONDS: seconds(120).describe('Longest silence of a provider, also before its first token'),
  LEASE_SECONDS: seconds(8).describe('How long a node owns its generations without a sign of life'),
  JOURNAL_WINDOW_MILLISECONDS: seconds(30).describe(
    'How long tokens are collected before they are made durable and shown',
  ),
  DRAIN_SECONDS: seconds(10).describe('How long a stopping process waits for short answers'),
});
export type ConfigValues = z.infer<typeof ConfigSchema>;

/** Injectable: `constructor(private readonly config: Config)`. */
export abstract class Config {}
export interface Config extends Readonly<ConfigValues> {}
