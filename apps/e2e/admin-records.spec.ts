import { readFile } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import { launch, openWindow, productUrl, SIZES } from './support/browser.ts';
import { expectFit } from './support/fit.ts';
import { refuseOnceForProof } from './support/old-proof.ts';
import { OWNER, register, somebody } from './support/people.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser?.close());

it('invites somebody as a viewer', async () => {
  const { context, page } = await openWindow(browser, { as: OWNER });
  await page.goto('/admin/people');
  await page.getByRole('button', { name: 'Invite' }).click();
  const email = somebody().email;
  await page.getByRole('dialog').getByLabel('E-mail').fill(email);
  await page.getByRole('dialog').getByLabel('Role').selectOption('viewer');
  await page.getByRole('button', { name: 'Make a link' }).click();
  expect(await page.getByRole('textbox', { name: 'Link' }).inputValue()).toContain('/register?invitation=');
  await page.getByRole('button', { name: 'Done' }).click();
  await page.getByRole('list', { name: 'Invitations' }).getByText(email).waitFor();
  await page.getByRole('button', { name: `Revoke the invitation for ${email}` }).click();
  await page.getByRole('list', { name: 'Invitations' }).getByText(email).waitFor({ state: 'detached' });
  await context.close();
});

it('asks once more who it is before settings are changed or somebody is invited, and then goes on', async () => {
  const { context, page } = await openWindow(browser, { as: OWNER });
  const dialog = page.getByRole('dialog', { name: 'Confirm that it is you' });
  const prove = async () => {
    await dialog.getByLabel('Password', { exact: true }).fill(OWNER.password);
    await page.keyboard.press('Enter');
  };
  await refuseOnceForProof(page, '**/api/v1/admin/settings', 'PATCH');
  await page.goto('/admin/settings');
  await page.getByRole('radio', { name: 'Open' }).waitFor();
  const saved = page.waitForResponse((answer) => answer.url().endsWith('/admin/settings') && answer.ok());
  await page.getByRole('radio', { name: 'By invitation' }).click();
  await prove();
  await saved;
  const back = page.waitForResponse((answer) => answer.url().endsWith('/admin/settings') && answer.ok());
  await page.getByRole('radio', { name: 'Open' }).click();
  await back;

  await refuseOnceForProof(page, '**/api/v1/admin/invitations', 'POST');
  await page.goto('/admin/people');
  await page.getByRole('button', { name: 'Invite' }).click();
  const email = somebody().email;
  await page.getByRole('dialog').getByLabel('E-mail').fill(email);
  await page.getByRole('button', { name: 'Make a link' }).click();
  await prove();
  expect(await page.getByRole('textbox', { name: 'Link' }).inputValue()).toContain('/register?invitation=');
  await page.getByRole('button', { name: 'Done' }).click();
  await page.getByRole('button', { name: `Revoke the invitation for ${email}` }).click();
  await page.getByRole('list', { name: 'Invitations' }).getByText(email).waitFor({ state: 'detached' });
  await context.close();
});

it('filters the audit log, opens an entry, and exports what is shown', async () => {
  const { context, page } = await openWindow(browser, { as: OWNER });
  await context.request.post('/api/v1/admin/invitations', { data: {}, headers: { origin: productUrl() } });
  const { email } = somebody();
  for (let attempt = 1; attempt <= 5; attempt++) {
    const data = { email, password: 'not the password' };
    await context.request.post('/api/v1/auth/login', { data, headers: { origin: productUrl() } });
  }
  await page.goto('/admin/audit');
  await page.getByText(/^Whole and unchanged/).waitFor();
  await page.getByLabel('About').selectOption('sign_in');
  await page.getByRole('row', { name: `Sign-in: blocked The server ${email}` }).waitFor();
  await page.getByLabel('About').selectOption('invitation');
  await page.waitForURL(/about=invitation/);
  await page.getByLabel('From').fill('2020-01-01');
  await page.waitForURL(/from=2020-01-01/);
  await page.reload();
  const row = page.getByRole('button', { name: 'Invitation: created' }).first();
  await row.click();
  await page.getByRole('button', { name: `Only what ${OWNER.email} did` }).click();
  await page.getByRole('button', { name: 'By one person' }).waitFor();
  expect(await page.getByRole('button', { name: /^Person:/ }).count()).toBe(0);

  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Export as CSV' }).click(),
  ]);
  const lines = (await readFile(await download.path(), 'utf8')).trim().split('\n');
  expect(lines.length).toBeGreaterThan(1);
  expect(lines.slice(1).every((line) => line.includes('invitation.'))).toBe(true);

  await page.getByLabel('Until').fill('2020-01-02');
  await page.getByText('Nothing of that kind happened then.').waitFor();
  await context.close();
});

it('makes a key, shows it once, and takes it back in the administration', async () => {
  const ann = await register(productUrl(), somebody());
  const theirs = await openWindow(browser, { as: ann });
  await theirs.page.goto('/settings/keys');
  await theirs.page.getByRole('button', { name: 'New key' }).click();
  expect(await theirs.page.getByRole('checkbox', { name: /administration/ }).count()).toBe(0);
  await theirs.page.getByLabel('Name').fill('Weekly report');
  await theirs.page.getByRole('button', { name: 'Make the key' }).click();
  const key = await theirs.page.getByRole('textbox', { name: 'Key' }).inputValue();
  const useKey = () => fetch(`${productUrl()}/api/v1/auth/me`, { headers: { authorization: `Bearer ${key}` } });
  expect((await useKey()).status).toBe(200);
  await theirs.page.getByRole('button', { name: 'Done' }).click();
  await theirs.page.getByRole('listitem').filter({ hasText: 'Weekly report' }).getByText('works').waitFor();
  expect(await theirs.page.content()).not.toContain(key);

  const mine = await openWindow(browser, { as: OWNER });
  await mine.page.goto('/admin/keys');
  await mine.page.getByRole('searchbox', { name: 'Search keys' }).fill(ann.email);
  await mine.page.getByRole('button', { name: `Revoke Weekly report of ${ann.email}` }).click();
  await mine.page.getByRole('button', { name: 'Revoke Weekly report', exact: true }).click();
  await mine.page.getByRole('cell', { name: /^revoked/ }).waitFor();
  expect((await useKey()).status).toBe(401);
  await Promise.all([mine.context.close(), theirs.context.close()]);
});

it('shows an opened entry and the tab one is in whole on a phone', async () => {
  const { context, page } = await openWindow(browser, { as: OWNER, size: 'phone' });
  await page.goto('/admin/audit');
  const table = page.getByRole('table', { name: 'Audit log' });
  const first = table.getByRole('row').nth(1).getByRole('cell').first();
  const closed = await first.boundingBox();
  await first.getByRole('button').click();
  await page.getByText('hash', { exact: true }).waitFor();
  expect((await first.boundingBox())?.width).toBe(closed?.width);

  await page.goto('/settings/keys');
  const tab = page.getByRole('navigation', { name: 'Settings' }).getByRole('link', { name: 'Keys' });
  const { x, width } = (await tab.boundingBox()) ?? { x: 0, width: 1000 };
  expect(x + width).toBeLessThanOrEqual(SIZES.phone.width);
  await context.close();
});

const PAGES = [
  { path: '/admin/people', ready: 'table' },
  { path: '/admin/audit', ready: 'table' },
  { path: '/admin/keys', ready: 'table' },
  { path: '/admin/models', ready: 'list' },
  { path: '/admin/settings', ready: 'radiogroup' },
  { path: '/settings/security', ready: 'list' },
  { path: '/settings/keys', ready: 'list' },
] as const;

it.each(PAGES)('axe finds nothing on $path, and nothing hangs over the edge', async ({ path, ready }) => {
  const { context, page } = await openWindow(browser, { as: OWNER });
  for (const name of ['One', 'Two']) {
    await context.request.post('/api/v1/keys', {
      data: { name, scopes: ['chat:read'] },
      headers: { origin: productUrl() },
    });
  }
  await page.goto(path);
  await page.locator('main').getByRole(ready).last().waitFor();
  await expectFit(page);
  await context.close();
});
