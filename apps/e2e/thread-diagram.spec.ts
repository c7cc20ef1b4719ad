import type { Browser } from 'playwright-core';
import { launch, openWindow } from './support/browser.ts';
import { OWNER } from './support/people.ts';
import { ScriptedAnswer } from './support/scripted.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser?.close());

it('draws a diagram anew in the colours of the theme, the system’s and the chosen one', async () => {
  const { context, page } = await openWindow(browser, { as: OWNER, colorScheme: 'light' });
  const answer = new ScriptedAnswer();
  await answer.openOn(page);
  answer.write('```mermaid\ngraph LR\n  A --> B\n```\n');
  answer.end();
  const picture = page.getByRole('img', { name: /^Diagram/ });
  /** The colour of its boxes, as soon as it is another than it was. */
  const colour = async (before?: string): Promise<string> => {
    for (;;) {
      const drawn = decodeURIComponent((await picture.getAttribute('src')) ?? '');
      const found = /\.node path\{fill:([^;]+)/.exec(drawn)?.[1] ?? '';
      if (found !== before) return found;
      await page.evaluate(() => new Promise(requestAnimationFrame));
    }
  };
  const light = await colour();
  expect(light).toMatch(/^#/);
  await page.emulateMedia({ colorScheme: 'dark' });
  const dark = await colour(light);
  expect(dark).toMatch(/^#/);
  await page.getByRole('button', { name: /^Account/ }).click();
  await page.getByRole('menuitemradio', { name: 'Light' }).click();
  expect(await colour(dark)).toBe(light);
  await context.close();
});
