import { parseOptions } from '@node-rs/argon2';
import { dictionary } from '@zxcvbn-ts/language-common';
import { Metrics } from '../metrics/metrics.ts';
import { isCommon } from './common-passwords.ts';
import { AT_ONCE, Passwords, refuseCommon, WAITING_MAX } from './passwords.ts';

const millisecondsOf = async (work: () => Promise<unknown>): Promise<number> => {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
};
const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

describe('passwords', () => {
  const metrics = new Metrics({ MONITORING_SERVICE: 'prometheus', DATA_DIR: '.' });
  const passwords = new Passwords(metrics);
  afterAll(() => metrics.close());

  it('are hashed with argon2id, 19 MiB, two passes, one lane', async () => {
    const encoded = await passwords.hash('a long and quiet river');
    expect(encoded).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(parseOptions(encoded)).toMatchObject({ memoryCost: 19_456, timeCost: 2, parallelism: 1 });
    expect(await passwords.matches(encoded, 'a long and quiet river')).toBe(true);
    expect(await passwords.matches(encoded, 'a long and quiet rive')).toBe(false);
  });

  it('cost the same work where there is no account', async () => {
    const encoded = await passwords.hash('a long and quiet river');
    const [known, unknown]: [number[], number[]] = [[], []];
    for (let i = 0; i < 9; i++) {
      known.push(await millisecondsOf(() => passwords.matches(encoded, 'wrong')));
      unknown.push(await millisecondsOf(() => passwords.matches(null, 'wrong')));
    }
    const ratio = median(unknown) / median(known);
    expect(ratio).toBeGreaterThan(0.5);
    expect(ratio).toBeLessThan(2);
  });

  it('that come while too many wait are refused instead of kept', async () => {
    const kept = AT_ONCE + WAITING_MAX;
    const outcomes = await Promise.all(
      Array.from({ length: kept + 8 }, () =>
        passwords.hash('x').then(
          () => 'hashed',
          ({ code }) => code,
        ),
      ),
    );
    expect(outcomes.slice(0, kept)).toEqual(Array(kept).fill('hashed'));
    expect(outcomes.slice(kept)).toEqual(Array(8).fill('service.unavailable'));
    const waits = (await metrics.read()).find(({ name }) => name === 'chatbox_password_queue_wait_seconds');
    const [within, all] = ['0.001', '+Inf'].map(
      (le) => waits?.values.find(({ labels }) => String((labels as { le?: string }).le) === le)?.value,
    );
    expect(all).toBeGreaterThanOrEqual(kept);
    expect(Number(within)).toBeLessThan(kept / 2);
  });
});

it('ASVS 6.2.4: refuses the 3,000 most common passwords that are long enough to be tried, in any case, and the e-mail', async () => {
  const tried = dictionary['passwords-common'].filter(({ length }) => length >= 8).slice(0, 3000);
  expect(tried).toHaveLength(3000);
  const refused = await Promise.all(tried.map((password) => isCommon(password)));
  expect(refused).toEqual(tried.map(() => true));
  for (const password of ['PassWord', 'iloveYou', 'Ann@Example.org'])
    await expect(refuseCommon(password, 'ann@example.org')).rejects.toMatchObject({ code: 'auth.password_common' });
  await refuseCommon('a long and quiet river', 'ann@example.org');
});
