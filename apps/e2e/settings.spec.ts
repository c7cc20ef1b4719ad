import type { Browser } from 'playwright-core';
import { launch, openWindow, productUrl } from './support/browser.ts';
import { register, signIn, somebody } from './support/people.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser?.close());

/** What "at once" means here, from the answer of the server to the other page. */
const AT_ONCE_MS = 1000;

it('shows the chosen theme from the first paint on', async () => {
  const ann = await register(productUrl(), somebody());
  const { context, page } = await openWindow(browser, { as: ann, colorScheme: 'light' });
  await page.goto('/settings/appearance');
  const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const light = await background();
  await page.getByRole('radio', { name: 'Dark' }).click();
  await page.waitForFunction((before) => getComputedStyle(document.documentElement).backgroundColor !== before, light);

  const html = await (await context.request.get('/settings/appearance')).text();
  expect(html).toMatch(/<html[^>]*data-theme="dark"/);
  await page.reload();
  expect(await background()).not.toBe(light);
  expect(await page.getByRole('radio', { name: 'Dark' }).getAttribute('aria-checked')).toBe('true');
  await context.close();
});

it('changes the name that a person is greeted by', async () => {
  const ann = await register(productUrl(), somebody());
  const { context, page } = await openWindow(browser, { as: ann });
  await page.goto('/settings/profile');
  await page.getByLabel('Name').fill('Bea Bloom');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved.').waitFor();
  await page.getByRole('button', { name: 'New chat' }).first().click();
  await page.getByRole('heading', { name: /, Bea$/ }).waitFor();
  await context.close();
});

it('ends another session, which has to sign in again', async () => {
  const ann = await register(productUrl(), somebody());
  const here = await openWindow(browser, { as: ann });
  const phone = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1';
  const there = await openWindow(browser, { as: ann, size: 'phone', userAgent: phone });
  await there.page.goto('/');
  await there.page.getByRole('heading', { name: /, Ann$/ }).waitFor();

  await here.page.goto('/settings/security');
  const ended = here.page.waitForResponse((response) => response.request().method() === 'DELETE');
  await here.page.getByRole('button', { name: 'End Safari on iPhone' }).click();
  await ended;
  // The other page is open and nobody touches it.
  await there.page.waitForURL(/\/login/, { timeout: AT_ONCE_MS });
  await Promise.all([here.context.close(), there.context.close()]);
});

it('shows the sign-ins that did not succeed, and which of them are new', async () => {
  const ann = await register(productUrl(), somebody());
  const { context, page } = await openWindow(browser, { as: ann });
  await page.goto('/settings/security');
  await page.getByText('Nobody has tried your account in vain.').waitFor();
  const tries = { data: { email: ann.email, password: 'not the password' }, headers: { origin: productUrl() } };
  expect((await context.request.post('/api/v1/auth/login', tries)).status()).toBe(401);
  await signIn(context, productUrl(), ann);
  await page.reload();
  const row = page.getByRole('list', { name: 'Failed sign-ins' }).getByRole('listitem');
  await row.getByText('since your last sign-in').waitFor();
  expect(await row.count()).toBe(1);
  await signIn(context, productUrl(), ann);
  await page.reload();
  await row.waitFor();
  expect(await row.getByText('since your last sign-in').count()).toBe(0);
  await context.close();
});

it('hides what only the owner may do', async () => {
  const ann = await register(productUrl(), somebody());
  const { context, page } = await openWindow(browser, { as: ann });
  await page.goto('/settings/people');
  await page.getByText('This page is for administrators.').waitFor();
  await page.goto('/settings/models');
  await page.getByRole('list', { name: 'Models' }).waitFor();
  expect(await page.getByRole('button', { name: 'Add connection' }).count()).toBe(0);
  await context.close();
});
