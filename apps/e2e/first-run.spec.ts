import type { Browser } from 'playwright-core';
import { launch, openWindow } from './support/browser.ts';
import { somebody } from './support/people.ts';
import { type Product, startProduct } from './support/product.ts';

const ann = somebody();
let browser: Browser;
let product: Product;
beforeAll(async () => {
  [browser, product] = await Promise.all([launch(), startProduct()]);
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await product?.stop();
}, 30_000);

it('makes the first person the owner and takes them to a chat that works', async () => {
  const { context, page } = await openWindow(browser, { url: product.url });

  await page.goto('/');
  await page.waitForURL('**/register');
  await page.getByRole('heading', { name: 'Welcome to Chatbox' }).waitFor();

  await page.getByRole('button', { name: 'Create the owner’s account' }).click();
  await page.getByText('Enter an e-mail address').waitFor();
  await page.waitForFunction(() => document.activeElement?.getAttribute('name') === 'email');

  await page.getByLabel('Name').fill(ann.name);
  await page.getByLabel('E-mail').fill(ann.email);
  await page.getByLabel('Password', { exact: true }).fill('short');
  await page.getByRole('button', { name: 'Create the owner’s account' }).click();
  await page.getByText('Use at least 8 characters.').waitFor();
  await page.getByLabel('Password', { exact: true }).fill(ann.password);
  await page.getByRole('button', { name: 'Create the owner’s account' }).click();

  await page.waitForURL(`${product.url}/`);
  await page.getByRole('heading', { name: /, Ann$/ }).waitFor();
  await page.getByText('No conversations yet').waitFor();
  for (const step of ['Connect a cloud model', 'Invite people']) await page.getByRole('link', { name: step }).waitFor();

  await page.getByRole('button', { name: /How do I connect a model/ }).click();
  await page.waitForURL(/\/c\/[0-9a-f-]{36}$/);
  await page.getByText('There are three ways.').waitFor();

  await page.reload();
  await page.getByText('There are three ways.').waitFor();
  await context.close();
});

it('keeps the door to the owner’s account shut afterwards', async () => {
  const { context, page } = await openWindow(browser, { url: product.url });
  await page.goto('/register');
  await page.getByRole('heading', { name: 'Create an account' }).waitFor();
  await context.close();
});

it('invites somebody, once', async () => {
  const { context, page } = await openWindow(browser, { url: product.url, as: ann });
  await page.goto('/admin/settings');
  await page.getByRole('radio', { name: /By invitation/ }).click();
  await page.getByRole('radio', { name: /By invitation/, checked: true }).waitFor();

  const guest = await openWindow(browser, { url: product.url });
  await guest.page.goto('/register');
  await guest.page.getByText('Registration needs an invitation.').waitFor();

  await page.goto('/admin/people');
  await page.getByRole('button', { name: 'Invite' }).click();
  await page.getByRole('button', { name: 'Make a link' }).click();
  const link = await page.getByRole('textbox', { name: 'Link' }).inputValue();
  await page.getByRole('button', { name: 'Done' }).click();
  await page.getByText('Anybody with the link').first().waitFor();

  const cleo = somebody('Cleo');
  await guest.page.goto(link);
  await guest.page.getByLabel('Name').fill(cleo.name);
  await guest.page.getByLabel('E-mail').fill(cleo.email);
  await guest.page.getByLabel('Password', { exact: true }).fill(cleo.password);
  await guest.page.getByRole('button', { name: 'Create the account' }).click();
  await guest.page.getByRole('heading', { name: /, Cleo$/ }).waitFor();

  await page.reload();
  await page.getByText('used', { exact: true }).first().waitFor();
  await Promise.all([context.close(), guest.context.close()]);
});
