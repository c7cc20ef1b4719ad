import type { Browser, Page } from 'playwright-core';
import { launch, openWindow, productUrl } from './support/browser.ts';
import { OWNER } from './support/people.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser?.close());

const PAGES = ['/', '/settings/appearance', '/settings/models', '/admin/people', '/login', '/no/such/page'];

interface Witness extends Window {
  refused: string[];
}

/** From the first line of every page on, what the browser refuses because of the policy is written down. */
async function witness(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const here = window as unknown as Witness;
    here.refused = [];
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sourceFile }) => {
      here.refused.push(`${violatedDirective} ${blockedURI} ${sourceFile}`);
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
  expect(nonceOf(policy)).toHaveLength(24);
  expect(nonceOf(policy)).not.toBe(nonceOf(two.headers.get('content-security-policy') ?? ''));
  expect(one.headers.get('x-content-type-options')).toBe('nosniff');
  expect(one.headers.get('x-frame-options')).toBe('DENY');
  expect(one.headers.get('referrer-policy')).toBe('strict-origin-when-cross-origin');
  expect(one.headers.get('permissions-policy')).toContain('camera=()');
  expect(one.headers.get('x-powered-by')).toBeNull();
});
