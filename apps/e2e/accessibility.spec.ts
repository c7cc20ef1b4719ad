import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { launch, openWindow, SIZES } from './support/browser.ts';
import { makeConversations } from './support/conversations.ts';
import { OWNER } from './support/people.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser?.close());

async function complaints(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, any }) => `${id} ${target} ${any[0]?.message ?? ''}`),
  );
}

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
    ready: (page) => page.getByRole('list', { name: 'Sessions' }).waitFor(),
  },
  { name: 'appearance', path: '/settings/appearance', ready: heading('Appearance') },
  { name: 'models', path: '/settings/models', ready: (page) => page.getByRole('list', { name: 'Models' }).waitFor() },
  { name: 'add connection', path: '/settings/models?add=openai', ready: (page) => page.getByRole('dialog').waitFor() },
  { name: 'people', path: '/settings/people', ready: (page) => page.getByRole('radio').first().waitFor() },
  { name: 'no such page', path: '/no/such/page', ready: heading('There is nothing at this address') },
];
const OUTSIDE: Look[] = [
  { name: 'sign in', path: '/login', ready: heading('Sign in') },
  { name: 'register', path: '/register', ready: heading('Create an account') },
];

describe.each(['light', 'dark'] as const)('axe finds nothing in the %s theme', (colorScheme) => {
  it.each(SIGNED_IN)('on $name', async ({ path, ready }) => {
    const { context, page } = await openWindow(browser, { as: OWNER, colorScheme });
    await makeConversations(context, ['A conversation']);
    await page.goto(path);
    await ready(page);
    expect(await complaints(page)).toEqual([]);
    await context.close();
  });

  it.each(OUTSIDE)('on $name', async ({ path, ready }) => {
    const { context, page } = await openWindow(browser, { colorScheme });
    await page.goto(path);
    await ready(page);
    expect(await complaints(page)).toEqual([]);
    await context.close();
  });

  it('on a phone with the list open', async () => {
    const { context, page } = await openWindow(browser, { as: OWNER, colorScheme, size: 'phone' });
    await page.goto('/');
    await page.getByRole('button', { name: 'Open the list' }).tap();
    await page.getByRole('dialog', { name: 'Conversations' }).waitFor();
    expect(await complaints(page)).toEqual([]);
    await context.close();
  });
});

describe.each(Object.keys(SIZES) as (keyof typeof SIZES)[])('a %s', (size) => {
  it.each(SIGNED_IN.filter(({ name }) => name !== 'account menu'))(
    'holds $name without scrolling sideways',
    async ({ path }) => {
      const { context, page } = await openWindow(browser, { as: OWNER, size });
      await page.goto(path);
      await page.waitForLoadState('networkidle');
      const width = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
      expect(width[0]).toBeLessThanOrEqual(width[1] ?? 0);
      await context.close();
    },
  );
});
