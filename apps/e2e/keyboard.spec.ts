import type { Browser, Page } from 'playwright-core';
import { launch, openWindow, productUrl } from './support/browser.ts';
import { makeConversations } from './support/conversations.ts';
import { register, somebody } from './support/people.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser?.close());

const LONGEST_WAY = 60;

/** Presses Tab until something of that name has the focus, as a person without a mouse does. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  for (let step = 0; step < LONGEST_WAY; step++) {
    await page.keyboard.press('Tab');
    const focused = await page.evaluate(() => {
      const element = document.activeElement;
      const labels = element instanceof HTMLInputElement ? [...(element.labels ?? [])] : [];
      const name = element?.getAttribute('aria-label') ?? labels[0]?.textContent ?? element?.textContent ?? '';
      return { name, hasRing: element !== null && getComputedStyle(element).outlineStyle !== 'none' };
    });
    if (!name.test(focused.name)) continue;
    expect(focused).toEqual({ name: focused.name, hasRing: true });
    return;
  }
  throw new Error(`Tab never reached ${name}`);
}

it('goes all the way without a mouse', async () => {
  const ann = await register(productUrl(), somebody());
  const { context, page } = await openWindow(browser);
  await page.goto('/login');
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await tabTo(page, /^E-mail/);
  await page.keyboard.type(ann.email);
  await tabTo(page, /^Password/);
  await page.keyboard.type(ann.password);
  await page.keyboard.press('Enter');
  await page.waitForURL(`${productUrl()}/`);
  await makeConversations(context, ['By hand']);
  await page.reload();
  await page.getByRole('link', { name: 'By hand' }).waitFor();

  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await tabTo(page, /^Skip to the conversation$/);
  await tabTo(page, /^By hand$/);
  await page.keyboard.press('F2');
  // It has the focus a frame after it is there.
  await page.locator('input[aria-label="Title of the conversation"]:focus').waitFor();
  await page.keyboard.press('Control+a');
  await page.keyboard.type('By keyboard');
  await page.keyboard.press('Enter');
  await page.getByRole('link', { name: 'By keyboard' }).waitFor();
  await page.waitForFunction(() => document.activeElement?.textContent === 'By keyboard');
  await tabTo(page, /^Actions for By keyboard$/);
  await page.keyboard.press('Enter');
  await page.getByRole('menuitem', { name: 'Rename' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('menuitem', { name: 'Rename' }).waitFor({ state: 'detached' });

  await page.keyboard.press('Control+k');
  await page.getByRole('dialog', { name: 'Search and act' }).waitFor();
  await page.keyboard.type('dark theme');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.documentElement.dataset.theme === 'dark');

  await page.keyboard.press('Control+/');
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });

  const list = page.getByRole('navigation', { name: 'Conversations' });
  await page.keyboard.press('Control+Shift+S');
  await list.waitFor({ state: 'detached' });
  await page.reload();
  await page.getByRole('heading', { name: /, Ann$/ }).waitFor();
  expect(await list.count()).toBe(0);
  await page.keyboard.press('Control+Shift+S');
  await list.waitFor();

  await page.goto('/settings/profile');
  await page.getByRole('heading', { name: 'Profile' }).waitFor();
  await page.keyboard.press('Control+Shift+O');
  await page.waitForURL(`${productUrl()}/`);
  await page.waitForFunction(() => document.activeElement?.tagName === 'TEXTAREA');
  await context.close();
});
