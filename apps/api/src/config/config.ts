import { isIP } from 'node:net';
import { isRedisAddress } from '@chatbox/engine';
import { z } from 'zod';
import { parseEnvironmentKeys } from './api-keys.ts';
import { isEncryptedOrHere, roleMapOf } from './oidc-settings.ts';

/**
 * Every setting, once. docs/configuration.md is generated from it; a value can also come from a file named by `NAME_FILE`.
 * The environment is read at the entry point and parsed here; nothing else looks at it.
 */
const text = z.string().trim();
const optionalText = text.min(1).optional();
const count = (fallback: number) => z.coerce.number().int().positive().default(fallback);
const seconds = (fallback: number) => z.coerce.number().positive().default(fallback);
/** Its value may come from a file named by `NAME_FILE`, and is never printed. */
const secret = <T extends z.ZodType>(schema: T, description: string): T => schema.meta({ description, secret: true });
const httpUrl = z.url({ protocol: /^https?$/ });
/** https://develop.sentry.dev/sdk/foundations/transport/authentication/ */
export const SENTRY_DSN = /:\/\/\w+(:\w*)?@[^/]+\/(.*\/)?\d+$/;
const postgresUrl = z.url({ protocol: /^postgres(ql)?$/ }).optional();

const listed = (list: string): string[] => list.split(',').map((entry) => entry.trim());

const isEncoded = (text: string | undefined): boolean => {
  try {
    return decodeURIComponent(text ?? '') !== undefined;
  } catch {
    return false;
  }
};

const areNetworks = (list: string): boolean =>
  list.split(',').every((entry) => {
    const [address = '', bits, ...more] = entry.trim().split('/');
    const width = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
    return width > 0 && more.length === 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= width));
  });

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
  DATABASE_URL: secret(
    postgresUrl,
    'PostgreSQL 15 or newer; not given: an embedded one is started under DATA_DIR. MODE=clustered needs it',
  ),
  DATABASE_REPLICA_URL: secret(
    postgresUrl,
    'A streaming standby of it: long lists are read there once it has replayed all that was written before they were asked for',
  ),
  DATABASE_POOL_MAX: z.coerce
    .number()
    .int()
    .min(2)
    .max(200)
    .default(20)
    .describe('Connections of one replica, at most, to each of the two'),
  DATABASE_IDLE_SECONDS: seconds(30).describe('After so long without use a connection is closed'),
  DATABASE_CONNECT_SECONDS: seconds(2).describe(
    'How long a request waits for a connection before it is answered with database.unavailable',
  ),
  DATABASE_ANSWER_SECONDS: seconds(10).describe(
    'How long a statement may take: then its connection is given up and the request is answered with database.unavailable. Migrations are not hurried',
  ),
  DATABASE_LEAK_SECONDS: seconds(60).describe(
    'A connection that is held for longer is logged as an error, with the place that took it',
  ),
  DATABASE_REPORT_SECONDS: seconds(30).describe(
    'How often the connections are counted and logged: at level info where all are in use or somebody waits, otherwise at debug',
  ),
  DATABASE_SLOW_MILLISECONDS: seconds(500).describe('Statements that take longer are logged, without their values'),
  REDIS_URL: secret(
    text
      .refine(
        isRedisAddress,
        'redis:// or rediss://[user:password@]host[:port][/database], or redis+sentinel:// or rediss+sentinel://…host:port,host:port/name[/database]',
      )
      .optional(),
    'Redis 7 or newer; MODE=clustered needs it. redis://[user:password@]host[:port][/database]; rediss:// for TLS; redis+sentinel://[user:password@]host:port,host:port/name[/database] where sentinels know the primary as name (rediss+sentinel:// for TLS). Parameters: ca (file with certificates of your own authority), sentinelUsername, sentinelPassword',
  ),
  CACHE_TTL_SECONDS: seconds(300).describe(
    'How long an answer that is kept is believed, in memory and in Redis; what must not be old has its own, shorter time',
  ),
  CACHE_MEMORY_MEGABYTES: seconds(32).describe(
    'What one replica keeps in memory, at most; what was not used for longest goes',
  ),
  CACHE_MEMORY_ENTRIES: count(10_000).describe('The same, in entries'),
  JWT_SECRET: secret(
    text.refine((list) => listed(list).every((key) => key.length >= 32), 'at least 32 characters, each of a list too'),
    'Signs access tokens; made at the first run when not given, but MODE=clustered needs it. Old ones may follow, separated by commas: they still verify, for the hour that a token lives',
  ),
  SESSION_SECRET: secret(
    text.min(32),
    'Keys the fingerprints of requests that may be repeated (Idempotency-Key); made at the first run when not given, but MODE=clustered needs it',
  ),
  MASTER_KEY: secret(
    text.min(32),
    'Encrypts provider keys at rest; made at the first run when not given, but MODE=clustered needs it. Old ones may follow, separated by commas',
  ),
  API_KEYS: secret(
    optionalText.refine(
      (keys) => keys === undefined || parseEnvironmentKeys(keys) !== null,
      'keys of 32 to 200 letters, digits and _ ~ + -, separated by commas, each with its scopes after it, separated by spaces',
    ),
    'Keys for programs, separated by commas; each of 32 to 200 letters, digits and _ ~ + -, and after it, separated by spaces, its scopes (chat:read chat:write models:read when none are named). They act for the first owner',
  ),
  CORS_ORIGIN: optionalText.describe(
    'Origins, separated by commas, that may call the API from a browser besides its own',
  ),
  TRUSTED_PROXIES: text
    .default('127.0.0.1,::1')
    .refine(areNetworks, 'addresses and networks such as 10.0.0.0/8, separated by commas')
    .describe('Addresses and networks (10.0.0.0/8), separated by commas, whose X-Forwarded-* headers count'),
  SMTP_URL: secret(
    z.url({ protocol: /^smtps?$/ }).optional(),
    'Mail server, such as smtps://user:password@mail.example.org; needs MAIL_FROM and PUBLIC_URL. Not given: the owner hands over links',
  ),
  MAIL_FROM: optionalText.describe('Sender of mail, such as Chatbox <chat@example.org>'),
  OIDC_ISSUER: z
    .url({ protocol: /^https?$/ })
    .refine(isEncryptedOrHere, 'must begin with https:// unless it is on this machine')
    .optional()
    .describe(
      'Sign-in provider (OpenID Connect); needs OIDC_CLIENT_ID and PUBLIC_URL, whose /api/v1/auth/oidc/callback it must know. Tell it /api/v1/auth/oidc/backchannel-logout as well, and sessions end here when they end there',
    ),
  OIDC_CLIENT_ID: optionalText.describe('What this service is called there'),
  OIDC_CLIENT_SECRET: secret(optionalText, 'Its secret there; not given: a public client, by PKCE alone'),
  OIDC_NAME: text.max(60).default('single sign-on').describe('What people call it: "Continue with …"'),
  OIDC_SCOPES: text.default('openid email profile').describe('What is asked for there, separated by blanks'),
  OIDC_ROLE_CLAIM: optionalText.describe(
    'Claim of the ID token that decides on roles, such as groups or realm_access.roles; needs OIDC_ROLE_MAP',
  ),
  OIDC_ROLE_MAP: optionalText
    .refine(
      (map) => map === undefined || roleMapOf(map) !== null,
      'value=role, separated by commas; role is admin, member or viewer',
    )
    .describe(
      'Which value of it makes which role, such as chat-admins=admin,*=member; the highest counts, at each sign-in, and never makes or unmakes an owner',
    ),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('How much is logged'),
  SESSION_LIFETIME_DAYS: z.coerce
    .number()
    .positive()
    .max(365)
    .default(30)
    .describe('Days from a sign-in until it has to be done again, however much the session is used'),
  SESSION_IDLE_HOURS: z.coerce
    .number()
    .min(2)
    .max(8760)
    .default(168)
    .describe(
      'Hours without use after which a session ends, at least 2; an open page, which comes back every hour, is use',
    ),
  RATE_LIMIT_WINDOW: z.coerce.number().positive().default(15).describe('Minutes over which requests are counted'),
  RATE_LIMIT_MAX: count(100).describe(
    'Requests of one address in that time, as long as nobody has signed in with them',
  ),
  RATE_LIMIT_MAX_SIGNED_IN: count(6000).describe('Requests of one person in that time, by all sessions together'),
  RATE_LIMIT_MAX_ENTRY: count(50).describe(
    'Sign-ins, registrations and recoveries that one address may try in that time; one e-mail has its own, smaller numbers',
  ),
  CONCURRENT_GENERATIONS: z.coerce
    .number()
    .int()
    .min(1)
    .max(10_000)
    .default(10)
    .describe('Answers that may be in the making for one person at once'),
  SOCKETS_PER_PERSON: count(50).describe('Open sockets of one person on one replica'),
  REQUEST_TIMEOUT_SECONDS: seconds(30).describe('How long a request may take to arrive, with its headers and body'),
  METRICS_TOKEN: secret(
    optionalText,
    'Bearer token that opens /metrics, and is then asked of everybody; not given: only clients on this machine may read it',
  ),
  MONITORING_SERVICE: z
    .union(
      [z.enum(['prometheus', 'none']), httpUrl],
      'prometheus, none, or an address that begins with http:// or https://',
    )
    .default('prometheus')
    .describe(
      'Who watches: Prometheus reads /metrics; an address is sent figures and traces as OTLP over HTTP besides (/v1/metrics and /v1/traces are put after it); with none there are no figures at all',
    ),
  MONITORING_PUSH_SECONDS: seconds(15).describe('How often figures are sent to that address'),
  OTEL_EXPORTER_OTLP_ENDPOINT: httpUrl
    .optional()
    .describe(
      'Where traces are sent as OTLP over HTTP, where it is not MONITORING_SERVICE; /v1/traces is put after it',
    ),
  OTEL_EXPORTER_OTLP_HEADERS: secret(
    optionalText
      .refine(
        (list) => list === undefined || listed(list).every((pair) => /^[\w-]+=[^\r\n]+$/.test(pair)),
        'name=value, separated by commas',
      )
      .refine(isEncoded, 'values are encoded as in addresses: a % is written %25'),
    'Headers for both, name=value and separated by commas, such as the key of a service; values are encoded as in addresses',
  ),
  TRACE_SAMPLE_RATIO: z.coerce
    .number()
    .min(0)
    .max(1)
    .default(0.1)
    .describe('Part of all requests and frames whose trace is kept, where there is somebody to send it to'),
  MONITORING_API: z
    .url({ protocol: /^https?$/ })
    .refine((address) => !/^https?:\/\/[^/]*@/.test(address), 'must not hold a user name or a password')
    .optional()
    .describe(
      'Address of a Prometheus that scrapes the replicas: the dashboard reads there. Not given: every replica keeps a short history of its own in the database',
    ),
  MONITORING_API_TOKEN: secret(optionalText, 'Bearer token that Prometheus is shown'),
  MONITORING_API_LABELS: optionalText
    .refine(
      (labels) => labels === undefined || /^\w+="[^"\\]*"(,\w+="[^"\\]*")*$/.test(labels),
      'such as job="chatbox"',
    )
    .describe('Labels that pick this installation out where that Prometheus watches several, such as job="chatbox"'),
  METRICS_HISTORY_SECONDS: z.coerce
    .number()
    .min(1)
    .max(60)
    .default(15)
    .describe('How often the figures are written down for the dashboard where there is no MONITORING_API'),
  ERROR_TRACKING_SERVICE: secret(
    z
      .union([z.enum(['sentry', 'none']), httpUrl], 'sentry, none, or an address that begins with http:// or https://')
      .refine(
        (service) => !/:\/\/[^/]*@/.test(service) || SENTRY_DSN.test(service),
        'must not hold a user name or a password, unless it is https://key@host/number, as Sentry shows it',
      )
      .optional(),
    'Where unexpected errors are sent besides the log: sentry, which needs SENTRY_DSN and is meant where that is given; an address, which gets each as JSON by POST, or in the way of Sentry where it is a DSN; none',
  ),
  SENTRY_DSN: secret(
    httpUrl.regex(SENTRY_DSN, 'https://key@host/number, as Sentry shows it').optional(),
    'Address and key of the project at Sentry, or at what speaks its protocol, such as GlitchTip',
  ),
  ORCHESTRATION_API: z
    .url()
    .optional()
    .describe('Address of the Docker or Kubernetes API for scaling. Not used yet: there is one replica'),
  OPENAI_API_KEY: secret(optionalText, 'Adds the connection "openai"'),
  OPENAI_BASE_URL: z.url().optional().describe('Another OpenAI-compatible server for that connection'),
  ANTHROPIC_API_KEY: secret(optionalText, 'Adds the connection "anthropic"'),
  ANTHROPIC_BASE_URL: z.url().optional().describe('Another Anthropic-compatible server for that connection'),
  DISCOVER_LOCAL_MODELS: z
    .stringbool()
    .default(true)
    .describe('Look for Ollama, LM Studio, llama.cpp and vLLM on their usual ports of this machine'),
  ALLOW_PRIVATE_PROVIDERS: z
    .enum(['no', 'loopback', 'yes'])
    .default('loopback')
    .describe(
      'Where connections made in the settings may go besides public addresses: nowhere, to this machine, or also to private networks. MODE=clustered makes it "no" where it is not given. Connections of the environment may go anywhere',
    ),
  MODELS_ASKED_ANEW: optionalText.describe(
    'Models, such as openai/gpt-4o, or whole connections, such as openai, separated by commas, that do not go on with their own unfinished answer when they are asked to: after a takeover they are asked the whole again',
  ),
  PROVIDER_TIMEOUT_SECONDS: seconds(120).describe('Longest silence of a provider, also before its first token'),
  ALERT_EVERY_SECONDS: seconds(15).describe(
    'How often each replica looks whether something is wrong; what it counts is counted over 20 looks',
  ),
  ALERT_WEBHOOK_URL: secret(
    z.url({ protocol: /^https?$/ }).optional(),
    'Address that is told what is wrong and what is well again; needs ALERT_WEBHOOK_SECRET',
  ),
  ALERT_WEBHOOK_SECRET: secret(
    text.min(24).optional(),
    'Signs what is sent there, as Standard Webhooks says; what follows whsec_ is base64, anything else is taken as it is',
  ),
  LEASE_SECONDS: seconds(8).describe('How long a node owns its generations without a sign of life'),
  TAKEOVER_BUDGET_MICROS: z.coerce
    .number()
    .int()
    .min(0)
    .default(1_000_000)
    .describe(
      'What one answer may have cost over all its attempts, in millionths of a dollar, for another server to go on with it when its own died; what a model without a known price costs does not count. 0: whatever it cost',
    ),
  JOURNAL_WINDOW_MILLISECONDS: seconds(30).describe(
    'How long tokens are collected before they are made durable and shown',
  ),
  DRAIN_SECONDS: seconds(10).describe(
    'How long a stopping process may take; two thirds of it, or all but four seconds, are for answers to end',
  ),
});
export type ConfigValues = z.infer<typeof ConfigSchema>;

/** Injectable: `constructor(private readonly config: Config)`. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: a token that has the type of the values; it is never constructed
export abstract class Config {}
export interface Config extends Readonly<ConfigValues> {}
