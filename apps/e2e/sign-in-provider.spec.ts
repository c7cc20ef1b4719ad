import type { Browser, Page } from 'playwright-core';
import { CLIENT, SignInProvider } from '../api/test/support/sign-in-provider.ts';
import { launch, openWindow } from './support/browser.ts';
import { OWNER, register, somebody } from './support/people.ts';
import { freePort, type Product, startProduct } from './support/product.ts';

let provider: SignInProvider;
let product: Product;
let browser: Browser;
beforeAll(async () => {
  const port = await freePort();
  const url = `http://localhost:${port}`;
  provider = await SignInProvider.open(url);
  provider.serviceIsAt = url;
  const settings = {
    PUBLIC_URL: url,
    OIDC_ISSUER: provider.issuer,
    OIDC_CLIENT_ID: CLIENT.id,
    OIDC_CLIENT_SECRET: CLIENT.secret,
    OIDC_NAME: 'Example Ltd',
  };
  product = await startProduct(settings, port);
  await register(product.url, OWNER);
  browser = await launch();
}, 300_000);
afterAll(async () => {
  await browser?.close();
  await product?.stop();
  await provider?.close();
});

async function aWindow() {
  const opened = await openWindow(browser, { url: product.url });
  // The pages of the provider ask for a font from the internet.
  await opened.context.route(/^https:/, (route) => route.abort());
  return opened;
}

/** Somebody whom the provider knows. Answers what they type there. */
function aPersonThere(name = 'Ann Elsewhere'): string {
  const id = crypto.randomUUID();
  provider.people.set(id, { email: `${id}@example.org`, email_verified: true, name });
  return id;
}

const start = (page: Page) => page.getByRole('button', { name: 'Continue with Example Ltd' }).click();

async function typeWho(page: Page, id: string): Promise<void> {
  await page.locator('input[name=login]').fill(id);
  await page.locator('input[name=password]').fill('whatever');
  await page.getByRole('button', { name: 'Sign-in' }).click();
}

async function consent(page: Page, id: string): Promise<void> {
  await typeWho(page, id);
  await page.getByRole('button', { name: 'Continue', exact: true }).click();
}

it('leads to the provider and back to where the person was going, and out of both again', async () => {
  const { context, page } = await aWindow();
  await page.goto('/settings/profile');
  await page.waitForURL(/\/login\?next=/);
  await start(page);
  await consent(page, aPersonThere());
  await page.waitForURL(`${product.url}/settings/profile`);
  expect(await page.getByLabel('Name').inputValue()).toBe('Ann Elsewhere');

  await page.goto('/settings/security');
  const account = page.getByRole('list', { name: 'Connected accounts' });
  await account.getByRole('button', { name: /^Disconnect/ }).click();
  await account.getByText('Set a password first: this is the only way in.').waitFor();

  await page.getByRole('button', { name: 'Account: Ann Elsewhere' }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('button', { name: 'Yes, sign me out' }).click();
  await page.waitForURL(`${product.url}/login`);
  await start(page);
  await page.locator('input[name=login]').waitFor();
  await context.close();
});

it('ends the open tab when the person signs out at the provider', async () => {
  const { context, page } = await aWindow();
  await page.goto('/login');
  await start(page);
  await consent(page, aPersonThere());
  await page.getByRole('heading', { name: /, Ann$/ }).waitFor();
  const there = await context.newPage();
  await there.goto(`${provider.issuer}/session/end`);
  await there.getByRole('button', { name: 'Yes, sign me out' }).click();
  await page.waitForURL('**/login', { timeout: 2000 });
  expect((await context.request.get('/api/v1/auth/me')).status()).toBe(401);
  await context.close();
});

it('says what happened when the person says no at the provider, and lets them try again', async () => {
  const { context, page } = await aWindow();
  await page.goto('/login');
  await start(page);
  await page.getByRole('link', { name: /Cancel/ }).click();
  await page.waitForURL('**/login?error=oidc.denied');
  await page.getByText('The sign-in provider did not let you in.').waitFor();
  await start(page);
  await consent(page, aPersonThere());
  await page.getByRole('heading', { name: /, Ann$/ }).waitFor();
  await context.close();
});

/** What the provider would send this browser back with. It never arrives: what has arrived is used up, and says nothing any more. */
async function answerOnItsWay(page: Page): Promise<string> {
  const { request } = page.context();
  const action = (await page.locator('form').getAttribute('action')) ?? '';
  let address = new URL(action, page.url());
  let answer = await request.post(address.href, { form: { prompt: 'consent' }, maxRedirects: 0 });
  for (;;) {
    const { location } = answer.headers();
    if (location === undefined) throw new Error(`the provider does not let go: ${await answer.text()}`);
    address = new URL(location, address);
    if (address.pathname.endsWith('/oidc/callback')) return address.href;
    answer = await request.get(address.href, { maxRedirects: 0 });
  }
}

it('lets nobody in by an answer that this browser has not asked for', async () => {
  const { context, page } = await aWindow();
  await page.goto('/login');
  await start(page);
  await typeWho(page, aPersonThere());
  await page.getByRole('button', { name: 'Continue', exact: true }).waitFor();
  const answer = await answerOnItsWay(page);

  const victim = await aWindow();
  for (const link of [answer, answer.replace(/state=[^&]+/, 'state=another')]) {
    await victim.page.goto(link);
    await victim.page.waitForURL('**/login?error=oidc.failed');
    await victim.page.getByText('The sign-in did not end where it began; try again.').waitFor();
    expect((await victim.context.request.get('/api/v1/auth/me')).status()).toBe(401);
  }
  await victim.context.close();
  // It was a good one: in its own browser it still is.
  await page.goto(answer);
  await page.getByRole('heading', { name: /, Ann$/ }).waitFor();
  await context.close();
});

describe('where an administrator approves who comes', () => {
  beforeAll(async () => {
    const { context, page } = await openWindow(browser, { url: product.url, as: OWNER });
    await page.goto('/admin/settings');
    const saved = page.waitForResponse((response) => response.request().method() === 'PATCH');
    await page.getByRole('radio', { name: 'With approval' }).click();
    await saved;
    await context.close();
  });

  async function approve(name: string): Promise<void> {
    const { context, page } = await openWindow(browser, { url: product.url, as: OWNER });
    await page.goto('/admin/people');
    await page.getByText(`${name} waits for approval.`).waitFor();
    await page.getByRole('button', { name: 'Show who waits' }).click();
    await page.waitForURL(/status=pending/);
    await page.getByRole('button', { name: `Actions for ${name}` }).click();
    await page.getByRole('menuitem', { name: 'Approve' }).click();
    await page.getByText('Nobody is like that.').waitFor();
    await context.close();
  }

  it('lets somebody who registered wait, and then in', async () => {
    const pia = somebody('Pia Patient');
    const { context, page } = await aWindow();
    await page.goto('/register');
    await page.getByText('An administrator approves every new account.').waitFor();
    await page.getByLabel('Name').fill(pia.name);
    await page.getByLabel('E-mail').fill(pia.email);
    await page.getByLabel('Password', { exact: true }).fill(pia.password);
    await page.getByRole('button', { name: 'Create the account' }).click();
    const waiting = page.getByRole('heading', { name: 'Waiting for approval' });
    await waiting.waitFor();
    const enter = async () => {
      await page.goto('/login');
      await page.getByLabel('E-mail').fill(pia.email);
      await page.getByLabel('Password', { exact: true }).fill(pia.password);
      await page.keyboard.press('Enter');
    };
    await enter();
    await waiting.waitFor();
    await approve(pia.name);
    await enter();
    await page.getByRole('heading', { name: /, Pia$/ }).waitFor();
    await context.close();
  });

  it('does the same with somebody from the provider', async () => {
    const { context, page } = await aWindow();
    await page.goto('/login');
    await start(page);
    await consent(page, aPersonThere('Ben Patient'));
    await page.getByRole('heading', { name: 'Waiting for approval' }).waitFor();
    await approve('Ben Patient');
    await page.getByRole('link', { name: 'Back to sign in' }).click();
    await start(page);
    await page.getByRole('heading', { name: /, Ben$/ }).waitFor();
    await context.close();
  });
});
