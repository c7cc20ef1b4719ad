import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Accepted, Conversation, Generation, Message, Page, TerminalStatus } from '@chatbox/contracts';
import pg from 'pg';
import { randomFrom } from '../../../../tools/drill/random.ts';
import { type MockModel, startMockModel } from '../../../../tools/mock-model/server.ts';
import { aUser, type Person } from '../harness/people.ts';
import { ApiProcess } from './api-process.ts';
import { follow, Screen } from './chat.ts';

/** A third for each of the three files. CRASH_KILLS and CRASH_SEED choose another run; a failure names its seed. */
export const KILLS = Number(process.env.CRASH_KILLS ?? 51);
export const SEED = Number(process.env.CRASH_SEED ?? 20_261_123);
const KILLS_PER_ROUND = 3;
/** Promise 3: continued, or honestly ended. */
const CONTINUES_WITHIN_MILLISECONDS = 15_000;
/** The longest answer here takes a few seconds where nobody disturbs it. */
const ENDS_WITHIN_MILLISECONDS = 60_000;

const MODELS = [
  'offline/assistant',
  'openai/mock-large',
  'anthropic/claude-haiku-4-5',
  'anthropic/mock-large',
] as const;

/** What one person did and saw in one conversation. */
interface History {
  model: string;
  accepted: Accepted;
  clientMessageId: string;
  screen: Screen;
  /** The answer to "stop", once it came. */
  stopped?: TerminalStatus | 'running';
  conversationId: string;
  content: string;
}

let mock: MockModel;
let process_: ApiProcess;
let person: Person;
let database: pg.Client;

/** fetch says so with a TypeError, of another realm than the one that tests run in. */
const isNetwork = (error: unknown): boolean => (error as { name?: unknown } | null)?.name === 'TypeError';

/** Set when the test is over, whatever its end, so that nobody goes on asking. */
let over = false;

/** Keeps asking until there is an answer, as the outbox of a client does. */
async function persist<T>(call: () => Promise<{ status: number; body: T }>, ok: number): Promise<T> {
  while (!over) {
    try {
      const { status, body } = await call();
      if (status === ok) return body;
      if (status < 500) throw new Error(`answered ${status}: ${JSON.stringify(body)}`);
      await pause(20);
    } catch (error) {
      if (!isNetwork(error)) throw error;
      await process_.answering();
    }
  }
  throw new Error('the test is over');
}

async function ask(model: string, content: string): Promise<History> {
  const { token } = person;
  const conversation = await persist(
    () => process_.api<Conversation>('POST', '/api/v1/conversations', { token, body: { model } }),
    201,
  );
  const clientMessageId = randomUUID();
  const accepted = await persist(
    () =>
      process_.api<Accepted>('POST', `/api/v1/conversations/${conversation.id}/messages`, {
        token,
        body: { clientMessageId, content },
      }),
    202,
  );
  return { model, accepted, clientMessageId, screen: new Screen(), conversationId: conversation.id, content };
}

async function watch({ accepted, screen }: History): Promise<void> {
  while (!screen.end && !over) {
    try {
      for await (const event of follow(process_, person.token, accepted.generation.id, screen.lastEventId))
        screen.see(event);
    } catch (error) {
      if (!isNetwork(error)) throw error;
    }
    await process_.answering();
  }
}

async function stop(history: History): Promise<void> {
  const path = `/api/v1/generations/${history.accepted.generation.id}/stop`;
  const { generation } = await persist(
    () => process_.api<{ generation: Generation }>('POST', path, { token: person.token }),
    200,
  );
  history.stopped = generation.status;
}

async function within(milliseconds: number, histories: History[], done: (history: History) => boolean): Promise<void> {
  const deadline = Date.now() + milliseconds;
  for (let open = histories; open.length > 0; open = open.filter((history) => !done(history))) {
    if (Date.now() > deadline) {
      const names = open.map(
        ({ model, screen }) => `${model} (attempt ${screen.attempt}, ${screen.text.length} characters)`,
      );
      throw new Error(`not within ${milliseconds / 1000} s: ${names.join(', ')}\n${process_.log.slice(-3_000)}`);
    }
    await pause(20);
  }
}

async function check({
  model,
  accepted,
  clientMessageId,
  screen,
  stopped,
  conversationId,
  content,
}: History): Promise<void> {
  const { token } = person;
  const { body: page } = await process_.api<Page<Message>>('GET', `/api/v1/conversations/${conversationId}/messages`, {
    token,
  });
  const [question, answer] = page.items;
  // 1: an acknowledged message is there, once, and its repetition is the same message.
  expect(page.items).toHaveLength(2);
  expect(question).toEqual(accepted.message);
  const { body: again } = await process_.api<Accepted>('POST', `/api/v1/conversations/${conversationId}/messages`, {
    token,
    body: { clientMessageId, content },
  });
  expect(again.generation.id).toBe(accepted.generation.id);
  // 2: Screen refused holes and repetitions on the way; no text that was shown was taken back, and the end is what is kept.
  expect([model, screen.discarded]).toEqual([model, []]);
  expect(screen.text).toBe(answer?.parts.map(({ text }) => text).join(''));
  // 3: one terminal state, the same for the reader and in the database.
  expect(['completed', 'stopped', 'interrupted']).toContain(screen.end?.status);
  expect(answer?.generation?.status).toBe(screen.end?.status);
  if (screen.end?.status === 'completed') expect(screen.text).toBe(await expectedText(model, content));
  // 4: an acknowledged stop holds. A generation that was complete before it stays complete.
  if (stopped) expect(['stopped', 'completed', 'interrupted']).toContain(stopped);
  if (stopped === 'stopped') expect(screen.end?.status).toBe('stopped');
  // 5: one ledger row for each attempt, and the last one ends like the generation.
  const { rows } = await database.query<{ attempt: number; outcome: string }>(
    `SELECT attempt, outcome FROM ledger WHERE generation_id = $1 AND purpose = 'chat' ORDER BY attempt`,
    [accepted.generation.id],
  );
  const attempts = answer?.generation?.attempt ?? 0;
  expect(rows.map(({ attempt }) => attempt)).toEqual(Array.from({ length: attempts }, (_, index) => index + 1));
  expect(rows.map(({ outcome }) => outcome)).toEqual([
    ...Array.from({ length: attempts - 1 }, () => 'abandoned'),
    screen.end?.status,
  ]);
  // And the conversation shows the sum of all its calls, the abandoned ones and the title among them.
  const { rows: sums } = await database.query(
    `SELECT c.input_tokens = sum(l.input_tokens) AND c.output_tokens = sum(l.output_tokens) AS exact
     FROM conversation c JOIN ledger l ON l.conversation_id = c.id WHERE c.id = $1 GROUP BY c.id`,
    [conversationId],
  );
  expect(sums).toEqual([{ exact: true }]);
}

const undisturbed = new Map<string, Promise<string>>();
/** What the model says when nothing is killed. */
function expectedText(model: string, content: string): Promise<string> {
  const key = `${model} ${content}`;
  const known = undisturbed.get(key) ?? undisturbedText(model, content);
  undisturbed.set(key, known);
  return known;
}

async function undisturbedText(model: string, content: string): Promise<string> {
  const history = await ask(model, content);
  await watch(history);
  return history.screen.text;
}

/**
 * Kills the API with SIGKILL at seeded moments of running streams and starts it again, then reads what every reader saw and
 * what the database holds. Several files have a part of the kills each, so that they run at once.
 */
export function keepsItsPromises(seed: number, kills: number): void {
  beforeAll(async () => {
    mock = await startMockModel();
    process_ = await ApiProcess.on({
      OPENAI_API_KEY: 'any',
      OPENAI_BASE_URL: `${mock.url}/v1`,
      ANTHROPIC_API_KEY: 'any',
      ANTHROPIC_BASE_URL: mock.url,
    });
    // An orderly end first: it keeps what was compiled, so that the many starts after the kills are cheaper.
    await process_.start();
    await process_.stop();
    await process_.start();
    person = await aUser(process_);
    database = new pg.Client({ connectionString: process_.databaseUrl });
    await database.connect();
  });
  afterAll(async () => {
    over = true;
    await database.end();
    await process_.close();
    await mock.close();
  });

  it(`keeps its promises through ${kills} kills (seed ${seed})`, async () => {
    const random = randomFrom(seed);
    const histories: History[] = [];
    let killed = 0;
    for (let round = 0; killed < kills; round += 1) {
      const questions = MODELS.map((model, index) =>
        model === 'offline/assistant'
          ? random.pick(['count to 100', 'count to 60', 'show me markdown'])
          : `[[tokens:${Math.round(random.between(60, 160))}]] [[delay:8]] ${random.chance(0.3) && index > 1 ? '[[reasoning:20]]' : ''} round ${round}`,
      );
      const asked = await Promise.all(MODELS.map((model, index) => ask(model, questions[index] ?? '')));
      const watching = asked.map((history) => watch(history));
      const acts: Promise<void>[] = [];
      for (let kill = 0; kill < KILLS_PER_ROUND; kill += 1) {
        await pause(random.between(5, 400));
        const target = random.pick(asked);
        if (random.chance(0.25)) acts.push(stop(target));
        await process_.kill();
        killed += 1;
        await process_.start();
      }
      await within(
        CONTINUES_WITHIN_MILLISECONDS,
        asked,
        ({ screen }) => screen.end !== undefined || screen.attempt > 1,
      );
      await within(ENDS_WITHIN_MILLISECONDS, asked, ({ screen }) => screen.end !== undefined);
      await Promise.all([...watching, ...acts]);
      histories.push(...asked);
    }
    await Promise.all(histories.map(check));
  }, 600_000);
}
