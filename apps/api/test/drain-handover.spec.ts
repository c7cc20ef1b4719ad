import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { type MockModel, startMockModel } from '../../../tools/mock-model/server.ts';
import { seedOf, words } from '../../../tools/mock-model/words.ts';
import { aUser } from './harness/people.ts';
import { ApiProcess } from './support/api-process.ts';
import { aChat, follow, readToEnd } from './support/chat.ts';

/** A hand-over has 4 s of it, in three steps: words become durable, answers are let go, what came meanwhile is awaited. */
const DRAIN_SECONDS = '12';
const WITHIN_THE_THIRD_STEP_MILLISECONDS = 2_000;

let mock: MockModel;
let api: ApiProcess;
let database: pg.Client;
beforeAll(async () => {
  mock = await startMockModel();
  api = await ApiProcess.on({
    ANTHROPIC_BASE_URL: mock.url,
    ANTHROPIC_API_KEY: 'any',
    DRAIN_SECONDS,
    LEASE_SECONDS: '30',
  });
  await api.start();
  database = new pg.Client({ connectionString: api.databaseUrl });
  await database.connect();
});
afterAll(async () => {
  await database.end();
  await api.close();
  await mock.close();
});

it('ends no answer whose last words became durable while it was let go', async () => {
  const ann = await aUser(api);
  const chat = await aChat(api, ann);
  const question = 'Tell me of the sea. [[tokens:30]][[delay:20]]';
  const { generation } = await chat.ask(question, { model: 'anthropic/mock-large' });
  for await (const { type } of follow(api, ann.token, generation.id)) if (type === 'delta') break;
  await database.query('BEGIN');
  await database.query('LOCK TABLE journal IN SHARE MODE');
  while (mock.streams() > 0) await pause(5);
  const gone = api.stopTwice();
  await pause(WITHIN_THE_THIRD_STEP_MILLISECONDS);
  await database.query('COMMIT');
  await gone;
  await api.start();
  const { text, end } = await readToEnd(api, ann.token, generation.id);
  expect([end?.status, text]).toEqual(['completed', words(seedOf(question), 30).join('')]);
});
