import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { launch, openWindow, productUrl } from './support/browser.ts';
import { makeConversations } from './support/conversations.ts';
import { register, somebody } from './support/people.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser?.close());

/** Bytes of JavaScript, gzip: what the document names and a page needs to come to life, and all that it fetched by itself. */
interface Weight {
  first: number;
  all: number;
}

async function weigh(page: Page, path: string): Promise<Weight> {
  const scripts = new Map<string, Promise<Buffer>>();
  page.on('response', (response) => {
    if (response.request().resourceType() === 'script') scripts.set(response.url(), response.body());
  });
  const document = await (await page.goto(path))?.text();
  await page.waitForLoadState('networkidle');
  const weight = { first: 0, all: 0 };
  for (const [url, body] of scripts) {
    const bytes = gzipSync(await body).length;
    weight.all += bytes;
    if (document?.includes(new URL(url).pathname)) weight.first += bytes;
  }
  return weight;
}

it('loads no more JavaScript for a chat than it may: about 136 KB are React and Next.js, 88 KB draw Markdown', async () => {
  const ann = await register(productUrl(), somebody());
  const { context } = await openWindow(browser, { as: ann });
  const [id] = await makeConversations(context, ['One']);
  for (const path of ['/', `/c/${id}`]) {
    const { first, all } = await weigh(await context.newPage(), path);
    expect(first).toBeGreaterThan(100_000);
    expect(first).toBeLessThan(210_000);
    expect(all).toBeLessThan(315_000);
  }
  await context.close();
});
