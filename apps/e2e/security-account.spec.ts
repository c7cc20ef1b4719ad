import { readFile } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import { launch, openWindow, productUrl } from './support/browser.ts';
import { refuseOnceForProof } from './support/old-proof.ts';
import { OWNER, register, somebody } from './support/people.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser?.close());

const NEW_PASSWORD = 'another calm and long password';

it('ends a session that is open in another window, and then all others', async () => {
  const ann = await register(productUrl(), somebody());
  const windows = [];
  for (const userAgent of ['Mozilla/5.0 (Windows NT 10.0) Firefox/140.0', undefined, undefined]) {
    const opened = await openWindow(browser, { as: ann, ...(userAgent && { userAgent }) });
    await opened.page.goto('/settings/appearance');
    await opened.page.getByRole('heading', { name: 'Appearance' }).waitFor();
    windows.push(opened);
  }
  const { context, page } = await openWindow(browser, { as: ann });
  await page.goto('/settings/security');
  const sessions = page.getByRole('region', { name: 'Sessions' });
  await sessions.getByRole('button', { name: 'End Firefox on Windows' }).click();
  await windows[0]?.page.waitForURL(/\/login/);
  await sessions.getByRole('button', { name: 'End Firefox on Windows' }).waitFor({ state: 'detached' });
  await sessions.getByRole('button', { name: 'End all others' }).click();
  for (const { page: theirs } of windows) await theirs.waitForURL(/\/login/);
  await sessions.getByRole('button', { name: 'End all others' }).waitFor({ state: 'detached' });
  expect(await sessions.getByRole('listitem').count()).toBe(1);
  await Promise.all([context.close(), ...windows.map((one) => one.context.close())]);
});

it('ends the other session with a change of the password', async () => {
  const ann = await register(productUrl(), somebody());
  const there = await openWindow(browser, { as: ann });
  await there.page.goto('/settings/appearance');
  const { context, page } = await openWindow(browser, { as: ann });
  await page.goto('/settings/security');
  await page.getByLabel('Current password').fill('not the password');
  await page.getByLabel('New password').fill(NEW_PASSWORD);
  await page.getByRole('button', { name: 'Change the password' }).click();
  await page.getByText('That is not your password.').waitFor();
  await page.getByLabel('Current password').fill(ann.password);
  await page.keyboard.press('Enter');
  await page.getByText('Your password is changed.').waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'Security' }).waitFor();
  await there.page.waitForURL(/\/login/);
  await Promise.all([there.context.close(), context.close()]);
});

it('asks once more who it is where the proof is old, and then goes on', async () => {
  const ann = await register(productUrl(), somebody());
  const { context, page } = await openWindow(browser, { as: ann });
  await refuseOnceForProof(page, '**/api/v1/auth/factors/totp', 'POST');
  await page.goto('/settings/security');
  await page.getByRole('button', { name: 'Set up the authenticator app' }).click();
  const dialog = page.getByRole('dialog', { name: 'Confirm that it is you' });
  await dialog.getByLabel('Password', { exact: true }).fill('not the password');
  await page.keyboard.press('Enter');
  await dialog.getByText('That is not your password.').waitFor();
  await dialog.getByLabel('Password', { exact: true }).fill(ann.password);
  await page.keyboard.press('Enter');
  await page.getByRole('img', { name: 'QR code for the authenticator app' }).waitFor();
  await context.close();
});

it('sets a new password by the link that the owner hands over, once', async () => {
  const ann = await register(productUrl(), somebody());
  const owner = await openWindow(browser, { as: OWNER });
  await owner.page.goto(`/admin/people?search=${encodeURIComponent(ann.email)}`);
  await owner.page.getByRole('button', { name: `Actions for ${ann.name}` }).click();
  await owner.page.getByRole('menuitem', { name: 'Make a link for a new password' }).click();
  await owner.page
    .getByRole('dialog', { name: `Make a link for ${ann.name}?` })
    .getByText(ann.email)
    .waitFor();
  await owner.page.getByRole('button', { name: 'Make the link' }).click();
  const link = await owner.page.getByRole('textbox', { name: 'Link' }).inputValue();
  expect(link).toContain(`${productUrl()}/reset-password#token=`);
  await owner.context.close();

  const { context, page } = await openWindow(browser);
  await page.goto('/login');
  await page.getByRole('link', { name: 'Forgot your password?' }).click();
  await page.getByText('This server sends no mail. Ask its owner for a link').waitFor();
  await page.goto(link);
  await page.waitForURL(`${productUrl()}/reset-password`);
  await page.getByLabel('New password').fill('short');
  await page.getByRole('button', { name: 'Set the password' }).click();
  await page.getByText('Use at least 8 characters.').waitFor();
  await page.getByLabel('New password').fill(NEW_PASSWORD);
  await page.keyboard.press('Enter');
  await page.getByRole('link', { name: 'Sign in' }).click();
  await page.getByLabel('E-mail').fill(ann.email);
  await page.getByLabel('Password', { exact: true }).fill(NEW_PASSWORD);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: /, Ann$/ }).waitFor();

  await page.goto('about:blank');
  await page.goto(link);
  await page.getByLabel('New password').fill(NEW_PASSWORD);
  await page.keyboard.press('Enter');
  await page.getByText('This link does not work any more').waitFor();
  await context.close();
});

it('gives a person their data, and deletes their account', async () => {
  const ann = await register(productUrl(), somebody());
  const { context, page } = await openWindow(browser, { as: ann });
  await page.goto('/settings/security');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Export your data' }).click(),
  ]);
  const data = JSON.parse(await readFile(await download.path(), 'utf8')) as { profile: { email: string } };
  expect(data.profile.email).toBe(ann.email);

  await page.getByRole('button', { name: 'Delete the account' }).click();
  await page.getByRole('dialog').getByText('cannot be brought back').waitFor();
  await page.getByLabel('Your password').fill(ann.password);
  await page.getByRole('button', { name: 'Delete for good' }).click();
  await page.waitForURL('**/login');
  await page.getByLabel('E-mail').fill(ann.email);
  await page.getByLabel('Password', { exact: true }).fill(ann.password);
  await page.keyboard.press('Enter');
  await page.getByText('E-mail or password is wrong.').waitFor();
  await context.close();
});
