import { TcpProxy } from '../../../tools/faults/tcp-proxy.ts';
import { cloneDatabase } from './harness/databases.ts';
import { aUser } from './harness/people.ts';
import { ApiProcess } from './support/api-process.ts';
import { aChat, follow } from './support/chat.ts';

const DRAIN_SECONDS = 3;
/** The machine of a test may be busy. */
const SLACK_MILLISECONDS = 700;

it('is gone when its time is over, even when the database stands still, and says what it had not closed', async () => {
  const database = await cloneDatabase();
  const through = new URL(database.url);
  const way = await TcpProxy.open({ host: through.hostname, port: Number(through.port) });
  through.port = String(way.port);
  through.search = '';
  const api = await ApiProcess.on({ DATABASE_URL: through.href, DRAIN_SECONDS: String(DRAIN_SECONDS) });
  try {
    await api.start();
    const ann = await aUser(api);
    const chat = await aChat(api, ann);
    const { generation } = await chat.ask('count to 2000');
    for await (const _event of follow(api, ann.token, generation.id)) break;
    way.stall();
    const began = performance.now();
    await api.stop();
    const took = performance.now() - began;
    expect(took).toBeLessThan(DRAIN_SECONDS * 1_000 + SLACK_MILLISECONDS);
    expect(api.log).toContain('DRAIN_SECONDS are over');
    expect(api.log).toMatch(/"open":\["answers and connections",/);
  } finally {
    way.heal();
    await api.close();
    await way.close();
    await database.drop();
  }
}, 60_000);
