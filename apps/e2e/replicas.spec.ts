import type { Browser } from 'playwright-core';
import { type MockModel, startMockModel } from '../../tools/mock-model/server.ts';
import { launch } from './support/browser.ts';
import { type Person, register, somebody } from './support/people.ts';
import { type Replicas, startReplicas } from './support/replicas.ts';
import { Chat, NUMBERED, sayNumbered, wordsOf } from './support/thread.ts';

let browser: Browser;
let mock: MockModel;
let cluster: Replicas;
let ann: Person;
beforeAll(async () => {
  mock = await startMockModel();
  [browser, cluster] = await Promise.all([
    launch(),
    startReplicas({
      OPENAI_BASE_URL: `${mock.url}/v1`,
      OPENAI_API_KEY: 'a key for the mock',
      DISCOVER_LOCAL_MODELS: 'false',
      LEASE_SECONDS: '4',
    }),
  ]);
  ann = await register(cluster.url, somebody());
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await cluster?.stop();
  await mock?.close();
}, 60_000);

/** All that may be said while a replica is away: one line at the edge, and one below the answer. */
const SMALL_NOTICES = [/^Reconnecting\. /, /^Continuing on another server$/];

it('goes on with the answer when the replica that streams is killed before the eyes of two windows', async () => {
  const laptop = await Chat.open(browser, cluster, ann);
  await laptop.say(sayNumbered(30));
  await laptop.shows('w20');
  const phone = await Chat.open(browser, cluster, ann, new URL(laptop.page.url()).pathname, { size: 'phone' });
  await phone.shows('w30');
  const seen = await laptop.watch();
  const heard = await Promise.all([laptop.listen(), phone.listen()]);
  const { pid } = await cluster.busy();
  process.kill(pid, 'SIGKILL');
  await Promise.all([laptop.shows('w240'), phone.shows('w240')]);
  await Promise.all([laptop.ended(), phone.ended()]);
  expect(await laptop.words()).toEqual(NUMBERED);
  expect(await phone.words()).toEqual(NUMBERED);
  // Nothing that was on the screen ever went: each state begins with the one before.
  const states = (await seen()).map(wordsOf);
  for (const [index, words] of states.entries())
    expect((states[index + 1] ?? words).slice(0, words.length - 1)).toEqual(words.slice(0, -1));
  // A small notice at most, at any moment: nobody is alarmed.
  for (const window of heard) {
    const { alarms, said } = await window();
    expect(alarms).toEqual([]);
    expect(said).toContain('Continuing on another server');
    expect(said.filter((text) => !SMALL_NOTICES.some((notice) => notice.test(text)))).toEqual([]);
  }
  await Promise.all([laptop.close(), phone.close()]);
}, 120_000);
