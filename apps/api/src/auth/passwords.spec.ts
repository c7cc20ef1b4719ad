import { parseOptions } from '@node-rs/argon2';
import { COMMON_PASSWORDS } from './common-passwords.ts';
import { Passwords } from './passwords.ts';

const millisecondsOf = async (work: () => Promise<unknown>): Promise<number> => {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
};
const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

describe('passwords', () => {
  const passwords = new Passwords();

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
    const outcomes = await Promise.all(
      Array.from({ length: 210 }, () =>
        passwords.hash('x').then(
          () => 'hashed',
          ({ code }) => code,
        ),
      ),
    );
    expect(outcomes.slice(0, 202)).toEqual(Array(202).fill('hashed'));
    expect(outcomes.slice(202)).toEqual(Array(8).fill('service.unavailable'));
  });
});

it('knows hundreds of common passwords, all long enough to be tried and in lower case', () => {
  expect(COMMON_PASSWORDS.size).toBeGreaterThanOrEqual(500);
  for (const password of COMMON_PASSWORDS) {
    expect(password.length).toBeGreaterThanOrEqual(8);
    expect(password).toBe(password.toLowerCase());
  }
});
