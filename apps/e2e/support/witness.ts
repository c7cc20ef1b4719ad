import type { BrowserContext, Page, Request } from 'playwright-core';

/** How much of a page is told: its end, because lists of where to go stand in front. */
const MOST_CHARACTERS = 2_000;
/** A page that hangs must not hold the test up. */
const PATIENCE_MS = 3_000;

interface Seen {
  page: Page;
  unanswered: Set<Request>;
  troubles: string[];
}

const open = new Set<Seen>();

/** Remembers what goes wrong in the pages of a window, for `tellOfPages`. */
export function witness(context: BrowserContext): void {
  context.on('page', (page) => {
    const seen: Seen = { page, unanswered: new Set(), troubles: [] };
    const note = (trouble: string): void => {
      seen.troubles.push(`${new Date().toISOString().slice(11, 23)} ${trouble}`);
    };
    const answered = (request: Request): void => {
      seen.unanswered.delete(request);
    };
    open.add(seen);
    page.on('request', (request) => seen.unanswered.add(request));
    page.on('requestfinished', answered);
    page.on('requestfailed', (request) => {
      answered(request);
      note(`${request.method()} ${request.url()}: ${request.failure()?.errorText}`);
    });
    page.on('response', (response) => {
      if (response.status() >= 400) note(`${response.status()} ${response.request().method()} ${response.url()}`);
    });
    page.on('framenavigated', (frame) => note(`at ${frame.url()}`));
    page.on('pageerror', (error) => note(`${error}`));
    page.on('close', () => open.delete(seen));
  });
}

const within = (text: Promise<string>): Promise<string> =>
  Promise.race([
    text.catch((error: unknown) => `(${error})`),
    new Promise<string>((resolve) => setTimeout(resolve, PATIENCE_MS, '(the page does not answer)').unref()),
  ]);

async function told({ page, unanswered, troubles }: Seen): Promise<string> {
  const text = await within(page.locator('body').ariaSnapshot());
  return [
    `page ${page.url()}`,
    ...troubles.slice(-20),
    ...[...unanswered].map((request) => `no answer yet: ${request.method()} ${request.url()}`),
    text.slice(-MOST_CHARACTERS),
  ].join('\n  ');
}

/** Called by the environment of these tests when one fails, while its pages are still there. */
Object.assign(globalThis, {
  async tellOfPages(): Promise<void> {
    for (const seen of open) console.error(await told(seen));
  },
});
