import type { Browser } from 'playwright-core';
import { launch } from './support/browser.ts';
import { Chat, killApi, NUMBERED, sayNumbered, startThreads } from './support/thread.ts';

let browser: Browser;
let threads: Awaited<ReturnType<typeof startThreads>>;
beforeAll(async () => {
  [browser, threads] = await Promise.all([launch(), startThreads()]);
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await threads?.stop();
}, 30_000);

const open = () => Chat.open(browser, threads.product, threads.ann);

it('misses nothing when the network goes and comes back, and the other screen shows the same', async () => {
  const phone = await Chat.open(browser, threads.product, threads.ann, '/', { size: 'phone' });
  await phone.say(sayNumbered(60));
  await phone.shows('w20');
  const laptop = await Chat.open(browser, threads.product, threads.ann, new URL(phone.page.url()).pathname);
  await phone.context.setOffline(true);
  await phone.page.getByText('You are offline.').waitFor();
  const before = (await phone.words()).length;
  await laptop.shows(`w${before + 30}`);
  expect((await phone.words()).length).toBe(before);
  await phone.context.setOffline(false);
  await Promise.all([phone.ended(), laptop.ended()]);
  expect(await phone.words()).toEqual(NUMBERED);
  expect(await laptop.words()).toEqual(NUMBERED);
  await Promise.all([phone.close(), laptop.close()]);
}, 90_000);

it('keeps a message that is sent without a network, also over a reload, and sends it once', async () => {
  const chat = await open();
  await chat.say('Hello [[text:good day]]');
  await chat.ended();
  await chat.page.route('**/api/v1/conversations/*/messages', (route) =>
    route.request().method() === 'POST' ? route.abort() : route.fallback(),
  );
  await chat.say('While away [[text:welcome back]]');
  await chat.page.reload();
  await chat.questions.filter({ hasText: 'While away' }).waitFor();
  await chat.page.unroute('**/api/v1/conversations/*/messages');
  await chat.shows('welcome back');
  await chat.ended();
  expect(await chat.questions.count()).toBe(2);
  expect(await chat.answers.count()).toBe(2);
  await chat.close();
});

it('goes on with the answer after kill -9 of the API, nothing missing, nothing twice', async () => {
  const chat = await open();
  await chat.chooseModel('Offline assistant (no AI)');
  await chat.say('Please count to 200');
  await chat.shows('twenty-one');
  const seen = await chat.watch();
  killApi(threads.product);
  await chat.shows('two hundred.');
  await chat.ended();
  const final = await chat.text();
  expect(final).toMatch(/one, two, three,/);
  const counted = final.slice(final.indexOf('one, two')).split('.')[0]?.split(', ') ?? [];
  expect(counted).toHaveLength(200);
  expect(new Set(counted).size).toBe(200);

  // The assistant continues a text from its exact end, so nothing that was shown may ever have gone.
  const texts = (await seen()).map((text) => text.match(/one, two[a-z, -]*/)?.[0].replace(/[^a-z]+$/, '') ?? '');
  for (const [index, text] of texts.entries()) expect(texts[index + 1]?.startsWith(text) ?? true).toBe(true);
  await chat.close();
}, 90_000);

it('starts the answer again in sight after kill -9 where the model cannot continue one', async () => {
  const chat = await open();
  await chat.say(sayNumbered(50));
  await chat.shows('w60');
  const seen = await chat.watch();
  killApi(threads.product);
  await chat.page.getByText('Going on after an interruption').waitFor({ timeout: 40_000 });
  await chat.ended();
  expect(await chat.words()).toEqual(NUMBERED);
  const shown = (await seen()).map((text) => text.match(/w\d+/g) ?? []);
  for (const words of shown) expect(words.slice(0, -1)).toEqual(NUMBERED.slice(0, Math.max(0, words.length - 1)));
  await chat.page.reload();
  await chat.ended();
  expect(await chat.words()).toEqual(NUMBERED);
  await chat.close();
}, 90_000);

it('begins a conversation without a network: the message waits on the page, over a reload too, and goes out once', async () => {
  const chat = await open();
  const links = chat.page.getByRole('navigation', { name: 'Conversations' }).getByRole('link');
  await links.first().waitFor();
  const titles = await links.count();
  let isAway = true;
  await chat.page.route('**/api/v1/conversations**', (route) =>
    isAway && route.request().method() === 'POST' ? route.abort() : route.fallback(),
  );
  await chat.context.setOffline(true);
  await chat.say('From the train [[text:you are back]]');
  await chat.page.getByText('Waits for the connection').waitFor();
  expect(await chat.page.getByRole('textbox', { name: 'Message', exact: true }).inputValue()).toBe('');
  expect(new URL(chat.page.url()).pathname).toMatch(/^\/c\/[0-9a-f-]{36}$/);

  await chat.context.setOffline(false);
  await chat.page.reload();
  await chat.questions.filter({ hasText: 'From the train' }).waitFor();
  isAway = false;
  await chat.shows('you are back');
  await chat.ended();
  expect(await chat.questions.count()).toBe(1);
  expect(await chat.answers.count()).toBe(1);
  await chat.page.reload();
  await chat.ended();
  await links.first().waitFor();
  expect(await links.count()).toBe(titles + 1);
  await chat.close();
}, 90_000);
