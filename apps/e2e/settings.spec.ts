import type { Browser } from 'playwright-core';
import { launch, openWindow, productUrl } from './support/browser.ts';
import { register, somebody } from './support/people.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser?.close());

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
  await here.page.getByRole('button', { name: 'End Safari on iPhone' }).click();
  await here.page.getByRole('button', { name: 'End Safari on iPhone' }).waitFor({ state: 'detached' });
  await there.page.goto('/settings/profile');
  await there.page.waitForURL(/\/login/);
  await Promise.all([here.context.close(), there.context.close()]);
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
