import type { Problem } from '@chatbox/contracts';
import { aUser, PASSWORD } from './harness/people.ts';
import { rowsOf } from './harness/sql.ts';
import { startTestApp } from './harness/test-app.ts';
import { ApiProcess } from './support/api-process.ts';

const tryOn =
  (door: Pick<ApiProcess, 'api'>, email: string) =>
  (password = 'wrong and long') =>
    door.api<Problem>('POST', '/api/v1/auth/login', { body: { email, password } });

it('five failures are five also after kill -9', async () => {
  const program = await ApiProcess.on({});
  try {
    await program.start();
    const { email } = await aUser(program);
    const attempt = tryOn(program, email);
    for (let i = 0; i < 5; i += 1) expect((await attempt()).status).toBe(401);
    await program.kill();
    await program.start();
    const refused = await attempt(PASSWORD);
    expect(refused).toMatchObject({ status: 429, body: { code: 'auth.too_many_attempts', retry: true } });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(600);
    expect(await rowsOf(program, 'SELECT FROM login_failure WHERE email = $1', [email])).toHaveLength(5);
  } finally {
    await program.close();
  }
}, 60_000);

it('five failures are five with two replicas, at once too, and a success forgets them', async () => {
  const one = await startTestApp();
  const other = await startTestApp({ DATABASE_URL: one.databaseUrl, JWT_SECRET: one.config.JWT_SECRET });
  try {
    const { email } = await aUser(one);
    const [here, there] = [tryOn(one, email), tryOn(other, email)];
    for (const attempt of [here, there, here, there]) expect((await attempt()).status).toBe(401);
    expect((await here(PASSWORD)).status).toBe(200);
    const both = Array.from({ length: 20 }, (_, i) => (i % 2 ? here : there)());
    const statuses = (await Promise.all(both)).map(({ status }) => status).sort();
    expect(statuses).toEqual([...Array(5).fill(401), ...Array(15).fill(429)]);
  } finally {
    await other.close();
    await one.close();
  }
}, 60_000);
