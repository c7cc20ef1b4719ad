import type { Browser, Page } from 'playwright-core';
import { launch, openWindow, productUrl } from './support/browser.ts';
import { type Person, register, somebody } from './support/people.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser?.close());

async function enter(page: Page, { email, password }: Pick<Person, 'email' | 'password'>): Promise<void> {
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

it('brings a person back to the page they asked for', async () => {
  const ann = await register(productUrl(), somebody());
  const { context, page } = await openWindow(browser);
  await page.goto('/settings/appearance');
  await page.waitForURL(/\/login\?next=%2Fsettings%2Fappearance$/);
  await enter(page, ann);
  await page.waitForURL('**/settings/appearance');
  await page.getByRole('heading', { name: 'Appearance' }).waitFor();
  await context.close();
});

it('never sends anybody to another site', async () => {
  const ann = await register(productUrl(), somebody());
  const { context, page } = await openWindow(browser);
  await page.goto('/login?next=//evil.example/');
  await enter(page, ann);
  await page.waitForURL(`${productUrl()}/`);
  await context.close();
});

it('says what is wrong, and how long a locked account waits', async () => {
  const ann = await register(productUrl(), somebody());
  const { context, page } = await openWindow(browser);
  await page.goto('/login');
  await enter(page, { email: 'no address', password: 'x' });
  await page.getByText('Enter an e-mail address').waitFor();

  const wrong = { email: ann.email, password: 'not the password' };
  await enter(page, wrong);
  const alert = page.getByRole('alert').filter({ hasText: /./ });
  await alert.getByText('E-mail or password is wrong.').waitFor();
  for (let attempt = 2; attempt <= 5; attempt++) {
    const answered = page.waitForResponse('**/api/v1/auth/login');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await answered;
  }
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await alert.getByText(/Too many failed sign-ins .* Try again in \d+ minutes?\./).waitFor();
  await context.close();
});

it('renews an access that ran out without anybody noticing', async () => {
  const ann = await register(productUrl(), somebody());
  const { context, page } = await openWindow(browser, { as: ann });
  const cookies = await context.cookies();
  const access = cookies.filter(({ name, path }) => path === '/' && /access/.test(name));
  expect(access).toHaveLength(1);
  for (const { name } of access) await context.clearCookies({ name });

  let refreshes = 0;
  page.on('request', (request) => {
    if (request.url().endsWith('/api/v1/auth/refresh')) refreshes += 1;
  });
  await page.goto('/');
  await page.getByRole('heading', { name: /, Ann$/ }).waitFor();
  expect(refreshes).toBe(1);
  await context.close();
});

it('signs out', async () => {
  const ann = await register(productUrl(), somebody());
  const { context, page } = await openWindow(browser, { as: ann });
  await page.goto('/');
  await page.getByRole('button', { name: 'Account: Ann Lindqvist' }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.waitForURL('**/login');
  await page.goto('/');
  await page.waitForURL('**/login');
  await context.close();
});

it('signs out the other tab too', async () => {
  const ann = await register(productUrl(), somebody());
  const { context, page } = await openWindow(browser, { as: ann });
  const other = await context.newPage();
  await other.goto('/settings/profile');
  await other.getByLabel('Name').waitFor();
  await page.goto('/');
  await page.getByRole('button', { name: 'Account: Ann Lindqvist' }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await Promise.all([page.waitForURL('**/login'), other.waitForURL('**/login?next=%2Fsettings%2Fprofile')]);
  await context.close();
});
