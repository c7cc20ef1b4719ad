import type { Browser, Page } from 'playwright-core';
import { codeOf, plugInPasskeys } from './support/authenticators.ts';
import { launch, openWindow, productUrl } from './support/browser.ts';
import { OWNER, type Person, register, somebody } from './support/people.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser?.close());

async function enter(page: Page, { email, password }: Pick<Person, 'email' | 'password'>): Promise<void> {
  await page.goto('/login');
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

const factors = (page: Page) => page.getByRole('list', { name: 'Second factors' });
const greeted = (page: Page) => page.getByRole('heading', { name: /, Ann$/ }).waitFor();

/** Answers the secret of the app, the code that confirmed it, and the recovery codes that were shown. */
async function setUpApp(page: Page): Promise<{ secret: string; spent: string; codes: string[] }> {
  await page.goto('/settings/security');
  await page.getByRole('button', { name: 'Set up the authenticator app' }).click();
  await page.getByRole('img', { name: 'QR code for the authenticator app' }).waitFor();
  const secret = (await page.getByRole('dialog').locator('.select-all').textContent()) ?? '';
  const spent = codeOf(secret);
  await page.getByLabel('Code that the app shows').fill(spent);
  await page.keyboard.press('Enter');
  const list = page.getByRole('list', { name: 'Recovery codes' });
  await list.waitFor();
  const codes = await list.getByRole('listitem').allInnerTexts();
  await page.getByRole('button', { name: 'I have kept them' }).click();
  await factors(page).getByText('10 left').waitFor();
  return { secret, spent, codes };
}

it('asks for a code of the authenticator app after the password', async () => {
  const ann = await register(productUrl(), somebody());
  const here = await openWindow(browser, { as: ann });
  const { secret, spent } = await setUpApp(here.page);

  const { context, page } = await openWindow(browser);
  await enter(page, ann);
  await page.getByRole('heading', { name: 'One more step' }).waitFor();
  expect(await page.evaluate(() => document.activeElement?.getAttribute('name'))).toBe('code');
  await page.keyboard.type(spent);
  await page.keyboard.press('Enter');
  await page.getByText('That is not right, or has been used already.').waitFor();
  await page.getByLabel('Code').fill(codeOf(secret, 1));
  await page.keyboard.press('Enter');
  await greeted(page);
  await Promise.all([here.context.close(), context.close()]);
});

it('lets a recovery code in, once', async () => {
  const ann = await register(productUrl(), somebody());
  const here = await openWindow(browser, { as: ann });
  const { codes } = await setUpApp(here.page);
  expect(new Set(codes).size).toBe(10);

  const { context, page } = await openWindow(browser);
  const useCode = async () => {
    await enter(page, ann);
    await page.getByRole('button', { name: 'Use a recovery code' }).click();
    await page.getByLabel('Recovery code').fill(codes[0] ?? '');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  };
  await useCode();
  await greeted(page);
  await page.goto('/settings/security');
  await factors(page).getByText('9 left').waitFor();
  await context.clearCookies();
  await useCode();
  await page.getByText('That is not right, or has been used already.').waitFor();
  await Promise.all([here.context.close(), context.close()]);
});

it('signs in with a passkey: as the second step, and with nothing else', async () => {
  const ann = await register(productUrl(), somebody());
  const { context, page } = await openWindow(browser, { as: ann });
  await plugInPasskeys(page);
  await page.goto('/settings/security');
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  await page.getByLabel('Name').fill('Blue key');
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('button', { name: 'I have kept them' }).click();
  await page.getByRole('button', { name: 'Rename Blue key' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Red key');
  await page.getByRole('button', { name: 'Rename', exact: true }).click();
  await factors(page).getByText('Red key').waitFor();

  await context.clearCookies();
  await enter(page, ann);
  await page.getByRole('button', { name: 'Use the passkey' }).click();
  await greeted(page);

  await context.clearCookies();
  await page.goto('/login');
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await greeted(page);

  await page.goto('/settings/security');
  await page.getByRole('button', { name: 'Remove Red key' }).click();
  await page.getByRole('button', { name: 'Remove', exact: true }).click();
  await factors(page).getByText('Red key').waitFor({ state: 'detached' });
  await context.close();
});

/** A viewer, whose role must have a second factor from now on. */
async function aGuardedViewer(): Promise<Person> {
  const { context } = await openWindow(browser, { as: OWNER });
  const headers = { origin: productUrl() };
  const changed = await context.request.patch('/api/v1/admin/settings', {
    data: { factorRequiredFor: ['viewer'] },
    headers,
  });
  expect(changed.status()).toBe(200);
  const invited = await context.request.post('/api/v1/admin/invitations', { data: { role: 'viewer' }, headers });
  const { token } = (await invited.json()) as { token: string };
  await context.close();
  const viewer = somebody();
  const { context: theirs } = await openWindow(browser);
  await theirs.request.post('/api/v1/auth/register', { data: { ...viewer, invitation: token }, headers });
  await theirs.close();
  return viewer;
}

it('leads somebody whose role needs a second factor to set one up, and on to where they were going', async () => {
  const { context, page } = await openWindow(browser, { as: await aGuardedViewer() });
  await page.goto('/settings/appearance');
  await page.waitForURL('**/set-up-factor?next=%2Fsettings%2Fappearance');
  await page.getByRole('button', { name: 'Use an authenticator app' }).click();
  const secret = (await page.locator('.select-all').textContent()) ?? '';
  await page.getByLabel('Code that the app shows').fill(codeOf(secret));
  await page.getByRole('button', { name: 'Confirm' }).click();
  await page.getByRole('button', { name: 'I have kept them' }).click();
  await page.waitForURL('**/settings/appearance');
  await page.getByRole('heading', { name: 'Appearance' }).waitFor();
  await context.close();
});
