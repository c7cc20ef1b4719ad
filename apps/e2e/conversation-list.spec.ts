import type { Browser } from 'playwright-core';
import { launch, openWindow, productUrl } from './support/browser.ts';
import { makeConversations } from './support/conversations.ts';
import { register, somebody } from './support/people.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser?.close());

async function annsWindow(titles: string[], size: 'desktop' | 'phone' = 'desktop') {
  const ann = await register(productUrl(), somebody());
  const { context, page } = await openWindow(browser, { as: ann, size });
  const ids = await makeConversations(context, titles);
  return { ann, context, page, ids, list: page.getByRole('navigation', { name: 'Conversations' }) };
}

it('renames in place, from the menu and with F2, and in the other window too', async () => {
  const { ann, context, page, list } = await annsWindow(['First', 'Second']);
  const other = await openWindow(browser, { as: ann });
  await other.page.goto('/');
  await page.goto('/');
  await list.getByRole('link', { name: 'First' }).hover();
  await list.getByRole('button', { name: 'Actions for First' }).click();
  await page.getByRole('menuitem', { name: 'Rename' }).click();
  await page.getByLabel('Title of the conversation').fill('A better title');
  await page.keyboard.press('Enter');
  await list.getByRole('link', { name: 'A better title' }).waitFor();
  await other.page.getByRole('link', { name: 'A better title' }).waitFor();

  await list.getByRole('link', { name: 'Second' }).focus();
  await page.keyboard.press('F2');
  await page.getByLabel('Title of the conversation').fill('Not kept');
  await page.keyboard.press('Escape');
  await list.getByRole('link', { name: 'Second' }).waitFor();
  expect(await list.getByText('Not kept').count()).toBe(0);

  await page.reload();
  await list.getByRole('link', { name: 'A better title' }).waitFor();
  await Promise.all([context.close(), other.context.close()]);
});

it('deletes with an undo that brings the conversation back to the page', async () => {
  const { context, page, ids, list } = await annsWindow(['Keep me', 'Delete me']);
  await page.goto(`/c/${ids[1]}`);
  await page.getByRole('heading', { name: 'Delete me' }).waitFor();
  await list.getByRole('link', { name: 'Delete me' }).focus();
  await page.keyboard.press('Delete');
  await page.waitForURL(`${productUrl()}/`);
  await list.getByRole('link', { name: 'Delete me' }).waitFor({ state: 'detached' });
  expect(await list.getByRole('link', { name: 'Keep me' }).count()).toBe(1);

  await page.getByRole('button', { name: 'Undo' }).click();
  await page.waitForURL(`**/c/${ids[1]}`);
  await page.reload();
  await list.getByRole('link', { name: 'Delete me' }).waitFor();

  await page.getByRole('button', { name: 'Conversation menu' }).click();
  const deleted = page.waitForResponse((response) => response.request().method() === 'DELETE');
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  expect((await deleted).status()).toBe(204);
  await page.reload();
  await list.getByRole('link', { name: 'Keep me' }).waitFor();
  expect(await list.getByRole('link', { name: 'Delete me' }).count()).toBe(0);
  await context.close();
});

it('loads older conversations as the reader comes near the end', async () => {
  const titles = Array.from({ length: 90 }, (_, number) => `Conversation ${number + 1}`);
  const { context, page, list } = await annsWindow(titles);
  await page.goto('/');
  await list.getByRole('heading', { name: 'Today' }).waitFor();
  await list.getByRole('link', { name: 'Conversation 90', exact: true }).waitFor();
  expect(await list.getByRole('link', { name: 'Conversation 1', exact: true }).count()).toBe(0);
  const oldest = list.getByRole('link', { name: 'Conversation 1', exact: true });
  for (let page = 0; page < 5 && (await oldest.count()) === 0; page++) {
    const before = await list.getByRole('link').count();
    await list.getByRole('link').last().scrollIntoViewIfNeeded();
    await list.getByRole('link').nth(before).waitFor({ state: 'attached' });
  }
  await oldest.scrollIntoViewIfNeeded();
  await oldest.click();
  await page.getByRole('heading', { name: 'Conversation 1', exact: true }).waitFor();
  await context.close();
});

it('finds a conversation and keeps a system prompt', async () => {
  const { context, page, ids } = await annsWindow(['Apples', 'Pears', 'Plums']);
  await page.goto('/');
  await page.getByRole('navigation', { name: 'Conversations' }).getByRole('link', { name: 'Pears' }).waitFor();
  await page.keyboard.press('Control+k');
  await page.getByPlaceholder('Search conversations').fill('pear');
  await page.getByRole('option', { name: 'Pears', selected: true }).waitFor();
  await page.keyboard.press('Enter');
  await page.waitForURL(`**/c/${ids[1]}`);

  await page.getByRole('button', { name: 'Conversation menu' }).click();
  await page.getByRole('menuitem', { name: 'System prompt' }).click();
  await page.getByLabel('Instructions').fill('Answer in one word.');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.reload();
  await page.getByRole('button', { name: 'Conversation menu' }).click();
  await page.getByRole('menuitem', { name: 'System prompt' }).click();
  expect(await page.getByLabel('Instructions').inputValue()).toBe('Answer in one word.');
  await context.close();
});

it('is a drawer on a phone', async () => {
  const { context, page } = await annsWindow(['Rain', 'Shine'], 'phone');
  await page.goto('/');
  await page.getByRole('button', { name: 'Open the list' }).tap();
  const drawer = page.getByRole('dialog', { name: 'Conversations' });
  await drawer.getByRole('link', { name: 'Rain' }).tap();
  await page.waitForURL(/\/c\//);
  await drawer.waitFor({ state: 'detached' });
  await page.getByRole('heading', { name: 'Rain' }).waitFor();
  await context.close();
});
