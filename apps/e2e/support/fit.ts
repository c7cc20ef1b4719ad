import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { SIZES } from './browser.ts';

/** The only rules whose answer depends on the theme: everything else that axe asks is asked of the same document. */
const RULES_OF_COLOUR = ['color-contrast', 'link-in-text-block'];

const axe = (page: Page) =>
  // Nothing here is in a frame, and what passes need not be described: half of the time went into both.
  new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ['violations'] });

async function violationsOf(builder: AxeBuilder): Promise<string[]> {
  const { violations } = await builder.analyze();
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, any }) => `${id} ${target} ${any[0]?.message ?? ''}`),
  );
}

/** What axe finds on the page as it is. */
export const complaints = (page: Page): Promise<string[]> => violationsOf(axe(page));

/** Fine by axe in both themes, and nothing hangs over the edge at any of the three sizes, without loading the page again. */
export async function expectFit(page: Page): Promise<void> {
  await show(page, 'light');
  expect(['light', await complaints(page)]).toEqual(['light', []]);
  await show(page, 'dark');
  expect(['dark', await violationsOf(axe(page).withRules(RULES_OF_COLOUR))]).toEqual(['dark', []]);
  for (const [name, size] of Object.entries(SIZES)) {
    await page.setViewportSize(size);
    const overhang = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect([name, overhang]).toEqual([name, Math.min(overhang, 0)]);
  }
}

async function show(page: Page, colorScheme: 'light' | 'dark'): Promise<void> {
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
  // Colours that are still on their way are nobody's fault.
  await page.evaluate(() => Promise.allSettled(document.getAnimations().map((animation) => animation.finished)));
}
