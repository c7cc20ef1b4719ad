import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { aUser } from './harness/people.ts';
import { startTestApp } from './harness/test-app.ts';

const EXAMPLE = resolve(__dirname, '../../../docs/api/socket-example.mjs');

it('runs the example of the socket protocol as it is written', async () => {
  const app = await startTestApp();
  try {
    const { email, password } = await aUser(app);
    const { stdout } = await promisify(execFile)(process.execPath, [EXAMPLE, app.url, email, password, 'count to 5'], {
      env: {},
      timeout: 15_000,
    });
    expect(stdout).toMatch(/one, two, three, four, five[\s\S]*\[completed, \d+ tokens\]\n$/i);
  } finally {
    await app.close();
  }
});
