import type { Browser } from 'playwright-core';
import { launch } from './support/browser.ts';
import { Chat, NUMBERED, sayNumbered, startThreads } from './support/thread.ts';

let browser: Browser;
let threads: Awaited<ReturnType<typeof startThreads>>;
beforeAll(async () => {
  [browser, threads] = await Promise.all([launch(), startThreads()]);
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await threads?.stop();
}, 30_000);

const open = (path?: string) => Chat.open(browser, threads.product, threads.ann, path);

it('streams the answer to a question, and keeps both', async () => {
  const chat = await open();
  await chat.say(sayNumbered(10));
  await chat.page.waitForURL(/\/c\/[0-9a-f-]{36}$/);
  await chat.shows('w3');
  expect((await chat.words()).length).toBeLessThan(NUMBERED.length);
  await chat.ended();
  expect(await chat.words()).toEqual(NUMBERED);
  await chat.page.getByText(/\d tokens/).waitFor();
  await chat.page.reload();
  await chat.ended();
  expect(await chat.words()).toEqual(NUMBERED);
  expect(await chat.questions.count()).toBe(1);
  await chat.close();
});

it('shows a first message, and that it is on its way, before the server has said a word', async () => {
  const chat = await open();
  let answer = (): void => {};
  const held = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const asked = new Promise<void>((resolve) => {
    void chat.page.route('**/api/v1/conversations', async (route) => {
      if (route.request().method() !== 'POST') return route.fallback();
      resolve();
      await held;
      return route.fallback();
    });
  });
  await chat.say('Hello [[text:good day]]');
  await asked;
  await chat.page.locator('[data-waiting]').waitFor();
  expect(await chat.questions.count()).toBe(1);
  expect(await chat.answers.count()).toBe(0);
  answer();
  await chat.shows('good day');
  await chat.ended();
  await chat.close();
});

it('goes on where it was after a refresh in the middle of an answer', async () => {
  const chat = await open();
  await chat.say(sayNumbered());
  await chat.shows('w40');
  await chat.page.reload();
  await chat.shows('w40');
  expect((await chat.words()).length).toBeLessThan(NUMBERED.length);
  await chat.ended();
  expect(await chat.words()).toEqual(NUMBERED);
  await chat.close();
});

it('keeps two tabs in step, and stops from the other one', async () => {
  const chat = await open();
  await chat.say(sayNumbered());
  await chat.page.waitForURL(/\/c\//);
  const second = await chat.secondTab();
  await second.shows('w30');
  await second.button('Stop the answer').click();
  for (const tab of [chat, second]) await tab.page.getByText('This answer was stopped.').waitFor();
  const [here, there] = await Promise.all([chat.words(), second.words()]);
  expect(here).toEqual(there);
  expect(here).toEqual(NUMBERED.slice(0, here.length));
  expect(here.length).toBeLessThan(NUMBERED.length);

  await second.say('And now [[text:something else]]');
  await chat.shows('something else');
  await chat.close();
});

it('makes an edit a branch, and the picker goes back and forth between them', async () => {
  const chat = await open();
  await chat.say('First [[text:the first answer]]');
  await chat.ended();
  await chat.say('Next [[text:the next answer]]');
  await chat.shows('the next answer');
  await chat.ended();

  await chat.questions.first().hover();
  await chat.button('Edit message').first().click();
  const field = chat.page.getByRole('textbox', { name: 'Edit your message' });
  await field.fill('First, edited [[text:another answer]]');
  await field.press('Enter');
  await chat.shows('another answer');
  await chat.ended();
  expect(await chat.questions.count()).toBe(1);
  await chat.questions.first().getByText('2/2').waitFor();

  await chat.button('Previous version').first().click();
  await chat.shows('the next answer');
  expect(await chat.questions.count()).toBe(2);
  await chat.page.reload();
  await chat.shows('the next answer');

  await chat.button('Answer again').last().click();
  await chat.answers.last().getByText('2/2').waitFor();
  await chat.button('Previous version').last().click();
  await chat.answers.last().getByText('1/2').waitFor();
  await chat.close();
});

it('edits the last message with the arrow up, and leaves the draft where it was', async () => {
  const chat = await open();
  await chat.say('Hello [[text:good day]]');
  await chat.ended();
  const box = chat.page.getByRole('textbox', { name: 'Message', exact: true });
  await box.press('ArrowUp');
  const field = chat.page.getByRole('textbox', { name: 'Edit your message' });
  expect(await field.inputValue()).toBe('Hello [[text:good day]]');
  await field.press('Escape');
  await field.waitFor({ state: 'detached' });

  await box.fill('half a thought');
  await chat.page.goto('/');
  await chat.page.goBack();
  await chat.ended();
  expect(await box.inputValue()).toBe('half a thought');
  await chat.close();
});

it('says what the provider refused, and tries again', async () => {
  const chat = await open();
  await chat.say('Try [[error:401]] [[failures:1]] [[text:now it works]]');
  await chat.answers
    .last()
    .getByRole('alert')
    .getByText(/refused the key/)
    .waitFor();
  await chat.button('Retry').click();
  await chat.shows('now it works');
  await chat.answers.last().getByText('2/2').waitFor();
  await chat.close();
});

it('follows the end until the reader goes up, and comes back by the button', async () => {
  const chat = await open();
  await chat.say(`Long [[delay:10]] [[text:${NUMBERED.join('\n\n')}]]`);
  await chat.shows('w40');
  await chat.page.mouse.move(700, 400);
  await chat.page.mouse.wheel(0, -400);
  const end = chat.page.getByRole('button', { name: /^Go to the end/ });
  await end.waitFor();
  const top = () => chat.page.evaluate(() => document.querySelector('section[aria-label=Messages] > div')?.scrollTop);
  const before = await top();
  await chat.shows('w120');
  expect(await top()).toBe(before);
  await end.click();
  await chat.ended();
  const gap = await chat.page.evaluate(() => {
    const box = document.querySelector('section[aria-label=Messages] > div');
    return box ? box.scrollHeight - box.clientHeight - box.scrollTop : -1;
  });
  expect(Math.abs(gap)).toBeLessThan(2);
  await chat.close();
});
