import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { type Person, signIn } from './people.ts';
import { witness } from './witness.ts';

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const SIZES = {
  phone: { width: 390, height: 844 },
  tablet: { width: 820, height: 1180 },
  desktop: { width: 1280, height: 800 },
} as const;

const PATIENCE_MS = 15_000;

export const launch = (): Promise<Browser> =>
  chromium.launch({ executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium', args: ARGUMENTS });

/** Address of the shared product. */
export function productUrl(): string {
  const url = process.env.E2E_URL;
  if (!url) throw new Error('E2E_URL is not set: run these tests through jest.config.mjs');
  return url;
}

/** Address of the shared model server; its OpenAI base is this and `/v1`. */
export function mockUrl(): string {
  const url = process.env.E2E_MOCK_URL;
  if (!url) throw new Error('E2E_MOCK_URL is not set: run these tests through jest.config.mjs');
  return url;
}

export interface Wish extends BrowserContextOptions {
  as?: Person;
  size?: keyof typeof SIZES;
  url?: string;
}

/** A window of its own: cookies, storage and size. Paths are relative to the product. */
export async function openWindow(browser: Browser, wish: Wish = {}): Promise<{ context: BrowserContext; page: Page }> {
  const { as, size = 'desktop', url = productUrl(), ...options } = wish;
  const context = await browser.newContext({
    baseURL: url,
    viewport: SIZES[size],
    hasTouch: size === 'phone',
    isMobile: size === 'phone',
    locale: 'en-GB',
    reducedMotion: 'reduce',
    ...options,
  });
  context.setDefaultTimeout(PATIENCE_MS);
  witness(context);
  if (as) await signIn(context, url, as);
  const page = await context.newPage();
  return { context, page };
}
