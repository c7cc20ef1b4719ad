import type { Browser } from 'playwright-core';
import { launch, openWindow, productUrl } from './support/browser.ts';
import { OWNER, register, somebody } from './support/people.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser?.close());

/** What "at once" means here, from the answer of the server to the other tab. */
const AT_ONCE_MS = 1000;

it('ends the open tab of a person who is suspended, within a second, and writes it down', async () => {
  const ann = await register(productUrl(), somebody('Ann Leaves'));
  const theirs = await openWindow(browser, { as: ann });
  const answered = await theirs.context.request.post('/api/v1/keys', {
    data: { name: 'Report', scopes: ['chat:read'] },
    headers: { origin: productUrl() },
  });
  const { key } = (await answered.json()) as { key: string };
  const useKey = () => fetch(`${productUrl()}/api/v1/conversations`, { headers: { authorization: `Bearer ${key}` } });
  expect((await useKey()).status).toBe(200);
  await theirs.page.goto('/');
  await theirs.page.getByRole('heading', { name: /, Ann$/ }).waitFor();

  const mine = await openWindow(browser, { as: OWNER });
  await mine.page.goto(`/admin/people?search=${encodeURIComponent(ann.email)}`);
  await mine.page.getByRole('button', { name: 'Actions for Ann Leaves' }).click();
  await mine.page.getByRole('menuitem', { name: 'Suspend' }).click();
  const question = mine.page.getByRole('dialog', { name: 'Suspend Ann Leaves?' });
  await question.getByText('signed out everywhere').waitFor();
  const answer = mine.page.waitForResponse('**/suspend');
  await question.getByRole('button', { name: 'Suspend Ann Leaves' }).click();
  await answer;
  await theirs.page.waitForURL('**/login', { timeout: AT_ONCE_MS });
  expect((await useKey()).status).toBe(401);
  await mine.page.getByRole('row', { name: /Ann Leaves .* Suspended/ }).waitFor();

  await mine.page.goto('/admin/audit?about=person');
  await mine.page.getByRole('row', { name: `Person: suspended ${OWNER.email} ${ann.email}` }).waitFor();

  // The toast of the suspension is gone with the page; the person's own page lets them in again.
  await mine.page.goto(`/admin/people?search=${encodeURIComponent(ann.email)}`);
  await mine.page.getByRole('link', { name: 'Ann Leaves' }).click();
  await mine.page.getByRole('button', { name: 'Let in again' }).click();
  await mine.page.getByText('Active', { exact: true }).waitFor();
  expect((await useKey()).status).toBe(200);
  await Promise.all([mine.context.close(), theirs.context.close()]);
});

it('takes a suspension back from its toast', async () => {
  const ann = await register(productUrl(), somebody('Ann Returns'));
  const { context, page } = await openWindow(browser, { as: OWNER });
  await page.goto(`/admin/people?search=${encodeURIComponent(ann.email)}`);
  await page.getByRole('button', { name: 'Actions for Ann Returns' }).click();
  await page.getByRole('menuitem', { name: 'Suspend' }).click();
  await page.getByRole('button', { name: 'Suspend Ann Returns' }).click();
  await page.getByRole('row', { name: /Suspended/ }).waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByRole('row', { name: /Active/ }).waitFor();
  await context.close();
});

it('makes somebody an administrator, who then finds the administration', async () => {
  const ann = await register(productUrl(), somebody('Ann Rises'));
  const theirs = await openWindow(browser, { as: ann });
  await theirs.page.goto('/admin/people');
  await theirs.page.getByText('This page is for administrators.').waitFor();

  const mine = await openWindow(browser, { as: OWNER });
  await mine.page.goto(`/admin/people?search=${encodeURIComponent(ann.email)}`);
  await mine.page.getByRole('link', { name: 'Ann Rises' }).click();
  await mine.page.getByRole('heading', { name: 'Ann Rises' }).waitFor();
  await mine.page.getByLabel('Role').selectOption('admin');
  await mine.page.getByRole('dialog').getByText('can manage people').waitFor();
  await mine.page.getByRole('button', { name: 'Change the role' }).click();
  await mine.page.getByRole('dialog').waitFor({ state: 'detached' });

  await theirs.page.reload();
  await theirs.page.getByRole('table', { name: 'People' }).waitFor();
  // An administrator does nothing to an owner, and does not remove people.
  await theirs.page.goto(`/admin/people?search=${encodeURIComponent(OWNER.email)}`);
  await theirs.page.getByRole('link', { name: OWNER.name }).waitFor();
  expect(await theirs.page.getByRole('button', { name: /^Actions for/ }).count()).toBe(0);
  await Promise.all([mine.context.close(), theirs.context.close()]);
});

it('keeps search, filter and sort in the address, and moves through rows by keyboard', async () => {
  await Promise.all([somebody('Zz Ann'), somebody('Zz Bea')].map((one) => register(productUrl(), one)));
  const { context, page } = await openWindow(browser, { as: OWNER });
  await page.goto('/admin/people');
  await page.getByRole('searchbox', { name: 'Search people' }).fill('Zz ');
  await page.getByLabel('Status').selectOption('active');
  await page.getByRole('button', { name: 'Name' }).click();
  await page.waitForURL(/order=asc/);
  await page.getByRole('button', { name: 'Name' }).click();
  const asked = { search: 'Zz', status: 'active', sort: 'name', order: 'desc' };
  await page.waitForURL(({ searchParams }) =>
    Object.entries(asked).every(([name, value]) => searchParams.get(name) === value),
  );
  await page.reload();
  const names = page.getByRole('table', { name: 'People' }).getByRole('link');
  await names.first().getByText('Zz Bea').waitFor();
  expect(await names.allInnerTexts()).toEqual(['Zz Bea', 'Zz Ann']);
  await names.first().focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Zz Ann' }).waitFor();
  await context.close();
});

it('removes a person only when their e-mail is typed', async () => {
  const ann = await register(productUrl(), somebody('Ann Goes'));
  const { context, page } = await openWindow(browser, { as: OWNER });
  await page.goto(`/admin/people?search=${encodeURIComponent(ann.email)}`);
  await page.getByRole('link', { name: 'Ann Goes' }).click();
  // The list has the same menu: it has to be gone first.
  await page.getByRole('heading', { name: 'Ann Goes' }).waitFor();
  await page.getByRole('button', { name: 'Actions for Ann Goes' }).click();
  await page.getByRole('menuitem', { name: 'Remove' }).click();
  const remove = page.getByRole('button', { name: 'Remove Ann Goes' });
  expect(await remove.isDisabled()).toBe(true);
  await page.getByLabel('E-mail of this person').fill(ann.email);
  await remove.click();
  await page.waitForURL('**/admin/people');
  await page.goto(`/admin/people?search=${encodeURIComponent(ann.email)}`);
  await page.getByText('Nobody is like that.').waitFor();
  await context.close();
});

it('shows nothing of the administration to a member', async () => {
  const ann = await register(productUrl(), somebody());
  const { context, page } = await openWindow(browser, { as: ann });
  const asked: string[] = [];
  page.on('request', (request) => {
    if (request.url().includes('/api/v1/admin/')) asked.push(request.url());
  });
  await page.goto('/');
  await page.getByRole('button', { name: 'Account: Ann Lindqvist' }).click();
  await page.getByRole('menuitem', { name: 'Settings' }).waitFor();
  expect(await page.getByRole('menuitem', { name: 'Administration' }).count()).toBe(0);
  for (const path of ['dashboard', 'usage', 'people', 'keys', 'audit', 'settings', `people/${crypto.randomUUID()}`]) {
    await page.goto(`/admin/${path}`);
    await page.getByText('This page is for administrators.').waitFor();
  }
  expect(asked).toEqual([]);
  await context.close();
});
