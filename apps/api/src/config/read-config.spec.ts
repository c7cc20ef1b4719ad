import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, readConfig, SECRET_NAMES, SETTING_NAMES } from './read-config.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'chatbox-config-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const complaint = (env: Record<string, string>): string => {
  try {
    readConfig({ DATA_DIR: folder, ...env });
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return '';
};

it('names every wrong setting at once, and no value', () => {
  const text = complaint({
    PORT: 'canary-port',
    LOG_LEVEL: 'canary-level',
    DATABASE_URL: 'canary-url',
    JWT_SECRET: 'canary',
  });
  for (const name of ['PORT', 'LOG_LEVEL', 'DATABASE_URL', 'JWT_SECRET']) expect(text).toContain(`  ${name}: `);
  expect(text).not.toContain('canary');
});

// Which folder it is has to be said; everything else may be a secret in the wrong place.
it.each(SETTING_NAMES.filter((name) => name !== 'DATA_DIR'))('never repeats a wrong value of %s', (name) => {
  expect(complaint({ [name]: 'canary\u0000[](' })).not.toContain('canary');
});

it('makes the secrets of the first run once, for this user only', () => {
  const first = readConfig({ DATA_DIR: folder });
  expect(statSync(join(folder, 'secrets.json')).mode & 0o777).toBe(0o600);
  expect(new Set([first.JWT_SECRET, first.SESSION_SECRET, first.MASTER_KEY]).size).toBe(3);
  expect(readConfig({ DATA_DIR: folder })).toEqual(first);
});

it('takes a given secret before a kept one, and an empty one for none', () => {
  const given = 'g'.repeat(40);
  const kept = readConfig({ DATA_DIR: folder }).JWT_SECRET;
  expect(readConfig({ DATA_DIR: folder, JWT_SECRET: given }).JWT_SECRET).toBe(given);
  expect(readConfig({ DATA_DIR: folder, JWT_SECRET: '  ' }).JWT_SECRET).toBe(kept);
});

it.each(SECRET_NAMES)('%s may come from a file, but not from both', (name) => {
  const file = join(folder, 'value');
  const value = name.endsWith('_URL') || name.endsWith('_DSN') ? 'https://x.example' : 'v'.repeat(64);
  writeFileSync(file, `${value}\n`);
  const both = complaint({ [name]: value, [`${name}_FILE`]: file });
  expect(both).toContain(`${name}_FILE: give either`);
  expect(complaint({ [`${name}_FILE`]: join(folder, 'nothing') })).toContain(
    `${name}_FILE: the file cannot be read (ENOENT)`,
  );
});

it('reads the value of such a file without its line end', () => {
  writeFileSync(join(folder, 'key'), 'sk-from-a-file\n');
  expect(readConfig({ DATA_DIR: folder, OPENAI_API_KEY_FILE: join(folder, 'key') }).OPENAI_API_KEY).toBe(
    'sk-from-a-file',
  );
  expect(readFileSync(join(folder, 'secrets.json'), 'utf8')).not.toContain('sk-from-a-file');
});

it('wants a database, Redis and the secrets that replicas share in a cluster, all of them named at once', () => {
  const text = complaint({ MODE: 'clustered' });
  for (const name of ['DATABASE_URL', 'REDIS_URL', 'JWT_SECRET', 'SESSION_SECRET', 'MASTER_KEY'])
    expect(text).toContain(`  ${name}: MODE=clustered needs it`);
  expect(readdirSync(folder)).toEqual([]);
});

it('takes the secrets of a cluster from files too, and keeps none of its own', () => {
  const file = join(folder, 'secret');
  writeFileSync(file, 's'.repeat(40));
  const shared = { JWT_SECRET_FILE: file, SESSION_SECRET_FILE: file, MASTER_KEY: 'm'.repeat(40) };
  const kept = join(folder, 'data');
  const given = { MODE: 'clustered', DATABASE_URL: 'postgres://db/chat', REDIS_URL: 'redis://cache', DATA_DIR: kept };
  expect(readConfig({ ...given, ...shared }).JWT_SECRET).toBe('s'.repeat(40));
  expect(existsSync(kept)).toBe(false);
});

it.each(['http://cache', 'redis+sentinel://one:26379', 'redis://cache?unknown=1'])(
  'refuses %s as an address of Redis, by name',
  (address) => {
    const text = complaint({ MODE: 'clustered', DATABASE_URL: 'postgres://db/chat', REDIS_URL: address });
    expect(text).toContain('REDIS_URL: redis:// or rediss://');
    expect(text).not.toContain(address);
  },
);

it('takes an address of Sentry for errors, and no other credentials in it', () => {
  const at = (ERROR_TRACKING_SERVICE: string) => complaint({ ERROR_TRACKING_SERVICE });
  expect([at('https://key@sentry.example/7'), at('https://errors.example/in'), at('sentry.example')]).toEqual([
    '',
    '',
    expect.stringContaining('  ERROR_TRACKING_SERVICE: '),
  ]);
  expect(at('https://user:canary@errors.example/in')).toMatch(/ERROR_TRACKING_SERVICE: must not hold a user name/);
});

it('names the headers of a receiver that are not encoded as in addresses', () => {
  expect(complaint({ OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20canary,x-team=a%2Cb' })).toBe('');
  const text = complaint({ OTEL_EXPORTER_OTLP_HEADERS: 'authorization=100%canary' });
  expect(text).toMatch(/OTEL_EXPORTER_OTLP_HEADERS: .*a % is written %25/);
  expect(text).not.toContain('canary');
});
