import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { launch, openWindow, productUrl } from './support/browser.ts';
import { OWNER, register, somebody } from './support/people.ts';
import { ScriptedAnswer } from './support/scripted.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser?.close());

const APP = join(__dirname, '../web/src/app');
/** Every page there is, as a visitor would write its address, and one that there is not. */
const PAGES = readdirSync(APP, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('page.tsx'))
  .map((file) =>
    `/${file}`
      .replace(/\/page\.tsx$/, '')
      .replace(/\/\([^)]+\)/g, '')
      .replace(/\[[^\]]+\]/g, crypto.randomUUID()),
  )
  .map((path) => path || '/')
  .concat('/no/such/page')
  .sort();

interface Witness extends Window {
  refused: string[];
}

/** From the first line of every page on, what the browser refuses because of the policy is written down. */
async function witness(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const here = window as unknown as Witness;
    here.refused = [];
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI, sourceFile }) => {
      here.refused.push(`${effectiveDirective} ${blockedURI} ${sourceFile}`);
    });
  });
}

const refused = (page: Page): Promise<string[]> => page.evaluate(() => (window as unknown as Witness).refused);

const nonceOf = (policy: string): string => /'nonce-([^']+)'/.exec(policy)?.[1] ?? '';

it.each(PAGES)('lets %s run under its own policy, with a nonce on every script', async (path) => {
  const { context, page } = await openWindow(browser, { as: OWNER });
  await witness(page);
  const response = await page.goto(path);
  await page.waitForLoadState('networkidle');
  expect(await refused(page)).toEqual([]);

  const policy = (await response?.headerValue('content-security-policy')) ?? '';
  const html = (await response?.text()) ?? '';
  const scripts = html.match(/<script\b[^>]*>/g) ?? [];
  expect(scripts.length).toBeGreaterThan(0);
  expect(scripts.filter((tag) => !tag.includes(`nonce="${nonceOf(policy)}"`))).toEqual([]);
  expect(html).not.toMatch(/<[^>]+\son[a-z]+=/i);
  await context.close();
});

it('knows pages in every part of the house', () => {
  expect(PAGES).toEqual(expect.arrayContaining(['/', '/login', '/settings/security', '/admin/audit']));
});

it('lets dialogs, menus, toasts, formulas and code look as they should', async () => {
  const ann = await register(productUrl(), somebody('Ann Styled'));
  const { context, page } = await openWindow(browser, { as: OWNER });
  await witness(page);
  await page.goto(`/admin/people?search=${encodeURIComponent(ann.email)}`);
  await page.getByRole('button', { name: 'Actions for Ann Styled' }).click();
  await page.getByRole('menuitem', { name: 'Suspend' }).click();
  await page.getByRole('button', { name: 'Suspend Ann Styled' }).click();
  const undo = page.getByRole('button', { name: 'Undo' });
  await undo.waitFor();
  // The style sheet of the toasts, which their library adds by itself, is what takes them out of the flow.
  expect(await undo.evaluate((button) => getComputedStyle(button.closest('ol') ?? button).position)).toBe('fixed');
  await undo.click();
  await page.keyboard.press('Control+k');
  await page.getByRole('dialog').waitFor();
  expect(await refused(page)).toEqual([]);

  const scripted = new ScriptedAnswer();
  await scripted.openOn(page);
  scripted.write('A formula $x^2$ and\n\n```js\nconst one = 1;\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n');
  scripted.end();
  await page.locator('.katex').first().waitFor();
  await page.getByRole('table').waitFor();
  expect(await refused(page)).toEqual([]);
  await context.close();
});

it('refuses a style that somebody else put into the page', async () => {
  const { context, page } = await openWindow(browser, { as: OWNER });
  await witness(page);
  await page.goto('/');
  await page.evaluate(() => {
    document.body.insertAdjacentHTML('beforeend', '<style>body { outline: 3px solid red }</style>');
  });
  await page.waitForFunction(() => (window as unknown as Witness).refused.length > 0);
  expect((await refused(page))[0]).toMatch(/^style-src-elem inline/);
  expect(await page.evaluate(() => getComputedStyle(document.body).outlineStyle)).toBe('none');
  await context.close();
});

it('HARDENING 22: refuses a script that somebody else put into the page', async () => {
  const { context, page } = await openWindow(browser, { as: OWNER });
  await witness(page);
  await page.goto('/');
  await page.evaluate(() => {
    document.body.insertAdjacentHTML('beforeend', '<img src="data:," onerror="window.wasRun = true">');
  });
  await page.waitForFunction(() => (window as unknown as Witness).refused.length > 0);
  expect((await refused(page))[0]).toMatch(/^script-src-attr inline/);
  expect(await page.evaluate(() => 'wasRun' in window)).toBe(false);
  await context.close();
});

it('has strict headers, and another nonce each time', async () => {
  const [one, two] = await Promise.all([fetch(`${productUrl()}/login`), fetch(`${productUrl()}/login`)]);
  const policy = one.headers.get('content-security-policy') ?? '';
  for (const part of [
    "default-src 'self'",
    "'strict-dynamic'",
    "object-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "form-action 'self'",
  ]) {
    expect(policy).toContain(part);
  }
  const scripts = policy.split('; ').find((directive) => directive.startsWith('script-src'));
  expect(scripts).not.toMatch(/unsafe/);
  expect(policy).not.toMatch(/style-src(-elem)? [^;]*unsafe/);
  expect(nonceOf(policy)).toHaveLength(24);
  expect(nonceOf(policy)).not.toBe(nonceOf(two.headers.get('content-security-policy') ?? ''));
  expect(one.headers.get('x-content-type-options')).toBe('nosniff');
  expect(one.headers.get('x-frame-options')).toBe('DENY');
  expect(one.headers.get('referrer-policy')).toBe('strict-origin-when-cross-origin');
  expect(one.headers.get('permissions-policy')).toContain('camera=()');
  expect(one.headers.get('x-powered-by')).toBeNull();
});
