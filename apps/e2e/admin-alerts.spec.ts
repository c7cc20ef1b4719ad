import { randomUUID } from 'node:crypto';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { type MockModel, startMockModel } from '../../tools/mock-model/server.ts';
import { launch, openWindow, productUrl } from './support/browser.ts';
import { expectFit } from './support/fit.ts';
import { OWNER, register, somebody } from './support/people.ts';

/** Of this file alone: what is wrong with it is nothing that others look at. */
const MODEL = 'mock-night';
let browser: Browser;
let mock: MockModel;
beforeAll(async () => {
  [browser, mock] = await Promise.all([launch(), startMockModel({ models: [MODEL] })]);
});
afterAll(async () => {
  await browser?.close();
  await mock?.close();
});

const post = async (context: BrowserContext, path: string, data: object) => {
  const answer = await context.request.post(`/api/v1${path}`, { data, headers: { origin: productUrl() } });
  if (!answer.ok()) throw new Error(`${path} was answered ${answer.status()}: ${await answer.text()}`);
  return answer.json();
};
/** A connection to the model server that refuses whoever asks it to. */
const aConnection = async (context: BrowserContext): Promise<string> => {
  const slug = `night-${randomUUID().slice(0, 8)}`;
  await post(context, '/admin/connections', {
    name: slug,
    slug,
    kind: 'openai',
    baseUrl: `${mock.url}/v1`,
    key: 'any',
  });
  return slug;
};
const ask = async (context: BrowserContext, slug: string, content: string): Promise<void> => {
  const { id } = await post(context, '/conversations', {});
  await post(context, `/conversations/${id}/messages`, {
    clientMessageId: randomUUID(),
    content,
    model: `${slug}/${MODEL}`,
  });
};
/** The page asks every 15 seconds; a person in a hurry loads it again. */
const reloadUntil = async (page: Page, look: () => Promise<boolean>): Promise<void> => {
  while (!(await look())) {
    await page.reload();
    await page.getByRole('heading', { name: 'Resolved' }).waitFor();
    await page.locator('main').getByRole('status').first().waitFor({ state: 'detached' });
  }
};

it('3 a.m.: sees what is broken and since when, finds what to do, takes it up, and sees it recover', async () => {
  const { context, page } = await openWindow(browser, { as: OWNER });
  const slug = await aConnection(context);
  for (let i = 0; i < 4; i += 1) await ask(context, slug, `[[error:401]] ${randomUUID()}`);
  await page.goto('/admin/alerts');
  const row = page
    .getByRole('list', { name: 'Open alerts' })
    .getByRole('listitem')
    .filter({ hasText: `No call of the connection ${slug} succeeds.` });
  await reloadUntil(page, () => row.isVisible());
  await row.getByText('Critical').waitFor();
  await row.getByText(/^Since .+ \(just now\)/).waitFor();
  await page.getByRole('link', { name: /^Alerts \d new$/ }).waitFor();
  await expectFit(page);

  await row.getByRole('link', { name: /^Runbook/ }).click();
  await page.getByRole('heading', { name: 'ChatboxProviderFailing' }).waitFor();
  await page.getByRole('heading', { name: 'Act' }).waitFor();
  await expectFit(page);
  await page.getByRole('article').getByRole('link', { name: 'Alerts' }).click();

  await row.getByRole('button', { name: /^Acknowledge/ }).click();
  await row.getByText(`${OWNER.email} is at it`).waitFor();
  expect(await row.getByRole('button', { name: /^Acknowledge/ }).count()).toBe(0);

  for (let i = 0; i < 6; i += 1) await ask(context, slug, '[[tokens:2]] well');
  const over = page.getByRole('table', { name: 'Resolved alerts' }).getByRole('row').filter({ hasText: slug });
  await reloadUntil(page, () => over.isVisible());
  expect([await row.count(), await over.getByText(OWNER.email).count()]).toEqual([0, 1]);
  await expectFit(page);
  await context.close();
}, 90_000);

it('leads from an alert to the figure that shows it, from there to what to do, and shows it recover', async () => {
  const { context, page } = await openWindow(browser, { as: OWNER });
  const slug = await aConnection(context);
  for (let i = 0; i < 4; i += 1) await ask(context, slug, `[[error:401]] ${randomUUID()}`);
  const summary = `No call of the connection ${slug} succeeds.`;
  await page.goto('/admin/alerts');
  const figure = page.getByRole('link', { name: `Figure: ${summary}` });
  await reloadUntil(page, () => figure.isVisible());
  await figure.click();
  await page.waitForURL('**/admin/dashboard#provider_errors');
  await page.locator('#provider_errors:target').getByText(`${slug} provider.bad_key`).waitFor();

  const broken = page
    .getByRole('region', { name: 'What needs attention' })
    .getByRole('listitem')
    .filter({ hasText: slug });
  expect(await broken.textContent()).toMatch(/^Critical.+since \d\d:\d\d, /);
  await expectFit(page);
  await broken.getByRole('link', { name: `Runbook: ${summary}` }).click();
  await page.getByRole('heading', { name: 'ChatboxProviderFailing' }).waitFor();
  await page.goBack();
  await broken.waitFor();

  for (let i = 0; i < 6; i += 1) await ask(context, slug, '[[tokens:2]] well');
  while ((await broken.count()) > 0) {
    await page.reload();
    await page.getByText(/^As of /).waitFor();
    await page.getByText('Looking for alerts').waitFor({ state: 'detached' });
  }
  await context.close();
}, 90_000);

it('says that nothing is wrong where nothing is, and is not for members', async () => {
  const { context, page } = await openWindow(browser, { as: OWNER });
  // What others in this run have broken is not asked for here.
  await page.route('**/api/v1/admin/alerts?*', (route) => route.fulfill({ json: { items: [], nextCursor: null } }));
  await page.goto('/admin/alerts');
  await page.getByText('Nothing is wrong', { exact: true }).waitFor();
  await page.getByText('Nothing was wrong in the last 30 days.').waitFor();
  await page.getByRole('link', { name: 'Alerts', exact: true }).waitFor();
  await expectFit(page);
  await context.close();

  const theirs = await openWindow(browser, { as: await register(productUrl(), somebody()) });
  await theirs.page.goto('/admin/alerts');
  await theirs.page.getByText('This page is for administrators.').waitFor();
  expect(await theirs.page.getByRole('link', { name: /^Alerts/ }).count()).toBe(0);
  await theirs.context.close();
});
