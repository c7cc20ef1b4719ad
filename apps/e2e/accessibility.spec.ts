import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launch, openWindow } from './support/browser.ts';
import { makeConversations } from './support/conversations.ts';
import { complaints, expectFit } from './support/fit.ts';
import { OWNER } from './support/people.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser?.close());

interface Look {
  name: string;
  path: string;
  /** What shows that the page is complete. */
  ready: (page: Page) => Promise<unknown>;
}

const heading = (name: RegExp | string) => (page: Page) => page.getByRole('heading', { name }).first().waitFor();
const dialogAfter = (keys: string) => async (page: Page) => {
  await heading(/, Olga$/)(page);
  await page.keyboard.press(keys);
  await page.getByRole('dialog').waitFor();
};

const SIGNED_IN: Look[] = [
  { name: 'new chat', path: '/', ready: heading(/, Olga$/) },
  { name: 'palette', path: '/', ready: dialogAfter('Control+k') },
  { name: 'shortcuts', path: '/', ready: dialogAfter('Control+/') },
  {
    name: 'account menu',
    path: '/',
    ready: async (page) => {
      await page.getByRole('button', { name: 'Account: Olga Owner' }).click();
      await page.getByRole('menu').waitFor();
    },
  },
  {
    name: 'profile',
    path: '/settings/profile',
    ready: (page) => page.getByLabel('Name').waitFor(),
  },
  {
    name: 'security',
    path: '/settings/security',
    ready: async (page) => {
      await page.getByLabel('Current password').waitFor();
      await page.getByRole('list', { name: 'Second factors' }).waitFor();
      await page.getByRole('list', { name: 'Sessions' }).waitFor();
    },
  },
  {
    name: 'setting up the authenticator app',
    path: '/settings/security',
    ready: async (page) => {
      await page.getByRole('button', { name: 'Set up the authenticator app' }).click();
      await page.getByRole('img', { name: 'QR code for the authenticator app' }).waitFor();
    },
  },
  { name: 'appearance', path: '/settings/appearance', ready: heading('Appearance') },
  { name: 'models', path: '/settings/models', ready: (page) => page.getByRole('list', { name: 'Models' }).waitFor() },
  { name: 'add connection', path: '/settings/models?add=openai', ready: (page) => page.getByRole('dialog').waitFor() },
  { name: 'no such page', path: '/no/such/page', ready: heading('There is nothing at this address') },
];
const OUTSIDE: Look[] = [
  { name: 'sign in', path: '/login', ready: heading('Sign in') },
  { name: 'forgotten password', path: '/forgot-password', ready: (page) => page.getByText('sends no mail').waitFor() },
  { name: 'new password', path: '/reset-password#token=x', ready: (page) => page.getByLabel('New password').waitFor() },
  { name: 'verify e-mail', path: '/verify-email#token=x', ready: (page) => page.getByRole('button').first().waitFor() },
  { name: 'register', path: '/register', ready: heading('Create an account') },
];

async function expectFitIn(context: BrowserContext, path: string, ready: Look['ready']): Promise<void> {
  const page = await context.newPage();
  await page.goto(path);
  await ready(page);
  await expectFit(page);
  await page.close();
}

describe('axe finds nothing, and nothing hangs over the edge', () => {
  // One window for the many: what it has loaded for one page it need not load for the next.
  let signedIn: BrowserContext;
  let outside: BrowserContext;
  beforeAll(async () => {
    ({ context: signedIn } = await openWindow(browser, { as: OWNER }));
    ({ context: outside } = await openWindow(browser));
  });

  it.each(SIGNED_IN)('on $name', ({ path, ready }) => expectFitIn(signedIn, path, ready));

  it.each(OUTSIDE)('on $name', ({ path, ready }) => expectFitIn(outside, path, ready));

  it('on a conversation and its menu', async () => {
    const { context, page } = await openWindow(browser, { as: OWNER });
    const [id] = await makeConversations(context, ['A conversation']);
    await page.goto(`/c/${id}`);
    await heading('A conversation')(page);
    await page.getByRole('button', { name: 'Conversation menu' }).click();
    await page.getByRole('menu').waitFor();
    await expectFit(page);
    await context.close();
  });

  it('on a phone with the list open', async () => {
    const { context, page } = await openWindow(browser, { as: OWNER, size: 'phone' });
    await page.goto('/');
    await page.getByRole('button', { name: 'Open the list' }).tap();
    await page.getByRole('dialog', { name: 'Conversations' }).waitFor();
    expect(await complaints(page)).toEqual([]);
    await context.close();
  });
});
