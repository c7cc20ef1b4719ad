import type { Browser } from 'playwright-core';
import { launch, openWindow, productUrl } from './support/browser.ts';
import { register, somebody } from './support/people.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser?.close());

it('says when the network is gone, moves nothing for it, and is silent again afterwards', async () => {
  const ann = await register(productUrl(), somebody());
  const { context, page } = await openWindow(browser, { as: ann });
  const socket = page.waitForEvent('websocket');
  await page.goto('/');
  await page.getByRole('heading', { name: /, Ann$/ }).waitFor();
  await (await socket).waitForEvent('framereceived');
  const composer = page.getByRole('textbox').last();
  const before = await composer.boundingBox();

  await context.setOffline(true);
  const line = page.getByText('You are offline.');
  await line.waitFor();
  expect(await composer.boundingBox()).toEqual(before);

  await context.setOffline(false);
  await line.waitFor({ state: 'detached' });
  await context.close();
});

it('moves nothing while a page arrives', async () => {
  const ann = await register(productUrl(), somebody());
  const { context, page } = await openWindow(browser, { as: ann });
  await page.addInitScript(() => {
    const shifts: number[] = [];
    Object.assign(window, { shifts });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) shifts.push((entry as unknown as { value: number }).value);
    }).observe({ type: 'layout-shift', buffered: true });
  });
  for (const path of ['/', '/settings/profile', '/settings/models']) {
    await page.goto(path);
    await page.waitForLoadState('networkidle');
    const moved = await page.evaluate(() => (window as unknown as { shifts: number[] }).shifts);
    expect([path, moved.reduce((sum, value) => sum + value, 0) < 0.05]).toEqual([path, true]);
  }
  await context.close();
});
