import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startTestApp } from './harness/test-app.ts';
import { aChat, follow, readToEnd, Screen } from './support/chat.ts';

it('goes on with the same answer, over the same connection, when its PostgreSQL is killed', async () => {
  const app = await startTestApp({ DATABASE_URL: '' });
  try {
    const chat = await aChat(app);
    const { generation } = await chat.ask('count to 60');
    const screen = new Screen();
    let killed = false;
    for await (const event of follow(app, chat.who.token, generation.id)) {
      screen.see(event);
      if (killed || screen.text.length < 40) continue;
      const file = await readFile(join(app.config.DATA_DIR, 'postgres', 'postmaster.pid'), 'utf8');
      process.kill(Number(file.split('\n')[0]), 'SIGKILL');
      killed = true;
    }
    expect(killed).toBe(true);
    expect(screen.end).toMatchObject({ status: 'completed' });
    expect(screen.discarded).toEqual([]);
    expect((await chat.messages()).at(-1)?.content).toBe(screen.text);
    expect(screen.text).toMatch(/fifty-nine, sixty/);
    const next = await chat.ask('count to 3');
    expect((await readToEnd(app, chat.who.token, next.generation.id)).end?.status).toBe('completed');
  } finally {
    await app.close();
  }
}, 60_000);
