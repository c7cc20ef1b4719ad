import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { codeOf, messageOf, StartError } from '../common/start-error.ts';
import { ConfigSchema, type ConfigValues } from './config.ts';

type Environment = Readonly<Record<string, string | undefined>>;
interface Complaint {
  name: string;
  rule: string;
}

/** What is wrong with the settings: every one of them, by name and rule. Values are never repeated, they may be secrets. */
export class ConfigError extends StartError {
  override readonly name = 'ConfigError';

  constructor(complaints: readonly Complaint[]) {
    super(['These settings are wrong:', ...complaints.map(({ name, rule }) => `  ${name}: ${rule}`)].join('\n'));
  }
}

export const SETTING_NAMES = Object.keys(ConfigSchema.shape) as (keyof ConfigValues)[];
export const SECRET_NAMES = SETTING_NAMES.filter((name) => ConfigSchema.shape[name].meta()?.secret === true);
const MADE_AT_FIRST_RUN = ['JWT_SECRET', 'SESSION_SECRET', 'MASTER_KEY'] as const;

/** Parses the environment. Reads the files that `NAME_FILE` points to, and makes the secrets of the first run in DATA_DIR. */
export const readConfig = (env: Environment): ConfigValues => {
  const { given, complaints } = collect(env);
  // Replicas in a data centre have neighbours that are nobody's model server.
  if (given.MODE === 'clustered') given.ALLOW_PRIVATE_PROVIDERS ??= 'no';
  const placeholders = Object.fromEntries(MADE_AT_FIRST_RUN.map((name) => [name, 'x'.repeat(32)]));
  const first = ConfigSchema.safeParse({ ...placeholders, ...given });
  if (!first.success) complaints.push(...first.error.issues.map(complaintOf));
  complaints.push(...missingInCluster(given), ...missingCompanions(given), ...missingAtSentry(given));
  if (complaints.length > 0 || !first.success) throw new ConfigError(complaints);
  // Checked before: a wrong start leaves nothing behind.
  if (MADE_AT_FIRST_RUN.every((name) => given[name] !== undefined)) return first.data;
  return ConfigSchema.parse({ ...keptSecrets(resolve(first.data.DATA_DIR)), ...given });
};

/** The settings that are given; an empty one is not. */
const collect = (env: Environment): { given: Record<string, string>; complaints: Complaint[] } => {
  const given: Record<string, string> = {};
  const complaints: Complaint[] = [];
  for (const name of SETTING_NAMES) {
    const value = env[name]?.trim();
    if (value) given[name] = value;
    const file = SECRET_NAMES.includes(name) ? env[`${name}_FILE`]?.trim() : undefined;
    if (!file) continue;
    if (value) {
      complaints.push({ name: `${name}_FILE`, rule: `give either ${name} or ${name}_FILE, not both` });
      continue;
    }
    try {
      given[name] = readFileSync(file, 'utf8').trim();
    } catch (error) {
      complaints.push({ name: `${name}_FILE`, rule: `the file cannot be read (${codeOf(error) ?? 'unknown error'})` });
    }
  }
  return { given, complaints };
};

const complaintOf = (issue: z.core.$ZodIssue): Complaint => ({
  name: String(issue.path[0] ?? '(settings)'),
  rule: issue.message.replace(/, received .*/, ''),
});

/** What all replicas must have the same: secrets that each made for itself would refuse the tokens of the others. */
const NEEDED_IN_CLUSTER: Record<string, string> = {
  DATABASE_URL: 'MODE=clustered needs it',
  REDIS_URL: 'MODE=clustered needs it',
  ...Object.fromEntries(MADE_AT_FIRST_RUN.map((name) => [name, 'MODE=clustered needs it, the same for all replicas'])),
};

const missingInCluster = (given: Record<string, string>): Complaint[] =>
  given.MODE === 'clustered'
    ? Object.entries(NEEDED_IN_CLUSTER)
        .filter(([name]) => given[name] === undefined)
        .map(([name, rule]) => ({ name, rule }))
    : [];

/** Settings that mean nothing alone. */
const COMPANIONS: Partial<Record<keyof ConfigValues, (keyof ConfigValues)[]>> = {
  SMTP_URL: ['MAIL_FROM', 'PUBLIC_URL'],
  ALERT_WEBHOOK_URL: ['ALERT_WEBHOOK_SECRET'],
  OIDC_ISSUER: ['OIDC_CLIENT_ID', 'PUBLIC_URL'],
  OIDC_CLIENT_ID: ['OIDC_ISSUER'],
  OIDC_ROLE_CLAIM: ['OIDC_ROLE_MAP'],
  OIDC_ROLE_MAP: ['OIDC_ROLE_CLAIM'],
};
const missingCompanions = (given: Record<string, string>): Complaint[] =>
  Object.entries(COMPANIONS).flatMap(([name, companions]) =>
    given[name] === undefined
      ? []
      : companions
          .filter((companion) => given[companion] === undefined)
          .map((companion) => ({ name: companion, rule: `${name} needs it` })),
  );

const missingAtSentry = ({ ERROR_TRACKING_SERVICE: service, SENTRY_DSN: dsn }: Record<string, string>): Complaint[] =>
  service === 'sentry' && dsn === undefined
    ? [{ name: 'SENTRY_DSN', rule: 'ERROR_TRACKING_SERVICE=sentry needs it' }]
    : [];

const KeptSecrets = z.partialRecord(z.enum(MADE_AT_FIRST_RUN), z.string().min(32));

/** Reads secrets.json; at the first run makes it, readable for this user only. */
const keptSecrets = (folder: string): z.infer<typeof KeptSecrets> => {
  const path = join(folder, 'secrets.json');
  const read = () => KeptSecrets.parse(JSON.parse(readFileSync(path, 'utf8')));
  try {
    return read();
  } catch (error) {
    if (codeOf(error) !== 'ENOENT')
      throw new StartError(`${path} cannot be used (${codeOf(error) ?? 'not the JSON this program wrote'}).`);
  }
  try {
    mkdirSync(folder, { recursive: true, mode: 0o711 });
    const made = Object.fromEntries(MADE_AT_FIRST_RUN.map((name) => [name, randomBytes(48).toString('base64url')]));
    const draft = `${path}.${process.pid}`;
    writeFileSync(draft, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600, flush: true });
    try {
      linkSync(draft, path);
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error; // Another start was faster: its secrets count.
    }
    unlinkSync(draft);
    return read();
  } catch (error) {
    throw new StartError(`The data folder ${folder} cannot be written (${codeOf(error) ?? messageOf(error)}).`);
  }
};
