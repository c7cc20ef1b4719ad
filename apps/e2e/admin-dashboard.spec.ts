import { readFile } from 'node:fs/promises';
import type { Dashboard, UsageReport, Widget, WidgetId } from '@chatbox/contracts';
import type { Browser, Page, Response } from 'playwright-core';
import { launch, openWindow, productUrl } from './support/browser.ts';
import { complaints, expectFit } from './support/fit.ts';
import { figure } from './support/metrics.ts';
import { OWNER, register, somebody } from './support/people.ts';
import { Chat } from './support/thread.ts';

const DASHBOARD = '**/api/v1/admin/dashboard?**';

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
  // Something to see: a person asks the assistant, on the page.
  const chat = await Chat.open(browser, { url: productUrl() }, await register(productUrl(), somebody()));
  await chat.say('Hello there');
  await chat.ended();
  await chat.close();
  const { context } = await openWindow(browser, { as: OWNER });
  // A product that has just started has drawn nothing yet.
  const isDrawn = async () => {
    const answer = await context.request.get('/api/v1/admin/dashboard?range=1h');
    const series = widgetOf((await answer.json()) as Dashboard, 'error_rate')?.series ?? [];
    return series.some(({ values }) => values.some((value) => value !== null));
  };
  while (!(await isDrawn()));
  await context.close();
});
afterAll(() => browser?.close());

const card = (page: Page, name: string) => page.getByRole('region', { name, exact: true });
/** What others in this run have broken is not asked for. */
const noAlerts = (page: Page): Promise<unknown> =>
  page.route('**/api/v1/admin/alerts?*', (route) => route.fulfill({ json: { items: [], nextCursor: null } }));
const isDashboard = (response: Response): boolean => response.url().includes('/api/v1/admin/dashboard');
const widgetOf = ({ widgets }: Dashboard, id: WidgetId): Widget | undefined => widgets.find((one) => one.id === id);

/** The real answer with widgets as the test wants them. */
async function changeAll(page: Page, changed: (widget: Widget) => Partial<Widget>): Promise<void> {
  await page.route(DASHBOARD, async (route) => {
    const response = await route.fetch();
    const data = (await response.json()) as Dashboard;
    const widgets = data.widgets.map((widget) => ({ ...widget, ...changed(widget) }));
    await route.fulfill({ response, json: { ...data, widgets } });
  });
}
const change = (page: Page, id: WidgetId, changed: () => Partial<Widget>): Promise<void> =>
  changeAll(page, (widget) => (widget.id === id ? changed() : {}));

it('shows what /metrics says, for everybody who has been here', async () => {
  const { context, page } = await openWindow(browser, { as: OWNER });
  const before = await figure('chatbox_messages_total');
  expect(before).toBeGreaterThanOrEqual(2);
  const [answer] = await Promise.all([page.waitForResponse(isDashboard), page.goto('/admin')]);
  await page.waitForURL('**/admin/dashboard');
  const data = (await answer.json()) as Dashboard;
  const messages = widgetOf(data, 'messages')?.current ?? 0;
  expect(messages).toBeGreaterThanOrEqual(before);
  expect(messages).toBeLessThanOrEqual(await figure('chatbox_messages_total'));
  const number = new Intl.NumberFormat('en-GB').format(messages);
  expect(await card(page, 'Messages processed').getByRole('link').textContent()).toBe(number);
  await card(page, 'Replicas').getByText('1', { exact: true }).waitFor();
  expect(await figure('chatbox_node_info')).toBe(1);
  const people = widgetOf(data, 'active_users')?.current ?? 0;
  expect(people).toBeGreaterThanOrEqual(2);
  expect(await card(page, 'Active people').getByRole('link').textContent()).toBe(String(people));
  await card(page, 'Active people').getByText('Warning from 100, critical from 200').waitFor();
  await page.getByRole('link', { name: 'Overview' }).and(page.locator('[aria-current=page]')).waitFor();
  await context.close();
});

it('says that it loads, then draws in the reader’s theme, each line with a dash of its own', async () => {
  const { context, page } = await openWindow(browser, { as: OWNER });
  await page.emulateMedia({ colorScheme: 'dark' });
  const asked = Promise.withResolvers<void>();
  await page.route(DASHBOARD, async (route) => {
    await asked.promise;
    await route.continue();
  });
  await page.goto('/admin/dashboard?range=15m');
  await page.getByRole('status').filter({ hasText: 'Loading the figures' }).waitFor();
  await expectFit(page);
  asked.resolve();
  const plot = card(page, 'Requests').locator('[data-theme]');
  await plot.locator('canvas').waitFor();
  expect(await page.getByText('Loading the figures').count()).toBe(0);
  expect(await plot.getAttribute('data-theme')).toBe('dark');
  await page.emulateMedia({ colorScheme: 'light' });
  await card(page, 'Requests').locator('[data-theme=light]').waitFor();

  const lines = card(page, 'Response time').getByRole('listitem').locator('line');
  await lines.nth(1).waitFor({ state: 'attached' });
  const dashes = await lines.evaluateAll((all) => all.map((line) => line.getAttribute('stroke-dasharray') ?? ''));
  expect(new Set(dashes).size).toBe(dashes.length);
  await context.close();
});

it('keeps the range in the address, and says every value as a table too', async () => {
  const { context, page } = await openWindow(browser, { as: OWNER });
  await page.goto('/admin/dashboard');
  expect(await page.getByRole('radio', { name: '1 hour' }).isChecked()).toBe(true);
  const asked = page.waitForResponse((response) => isDashboard(response) && response.url().endsWith('range=15m'));
  await page.getByRole('radio', { name: '15 minutes' }).check();
  const data = (await (await asked).json()) as Dashboard;
  expect(data.stepSeconds).toBe(15);
  await page.waitForURL(/range=15m/);
  await page.reload();
  expect(await page.getByRole('radio', { name: '15 minutes' }).isChecked()).toBe(true);

  const requests = card(page, 'Requests');
  await requests.locator('canvas').waitFor();
  await requests.locator('.u-over').hover();
  await requests.getByText(/^lines at \d\d:\d\d:\d\d$/).waitFor();
  await page.mouse.move(0, 0);
  await requests.getByText('over 5 minutes').waitFor();

  await requests.getByRole('button', { name: 'Values: Requests' }).click();
  const dialog = page.getByRole('dialog', { name: 'Requests' });
  await dialog.getByRole('columnheader', { name: 'Requests' }).waitFor();
  expect(await dialog.getByRole('rowheader').first().textContent()).toMatch(/^\d\d:\d\d:\d\d$/);
  expect(await dialog.getByRole('cell').first().textContent()).toMatch(/^[\d.,]+\/s$/);
  await dialog.getByText('Where it comes from').click();
  await dialog.getByText('chatbox_http_request_duration_seconds_count').first().waitFor();
  expect(await complaints(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await context.close();
});

it('asks again every 30 seconds, moves nothing, and rests while nobody looks', async () => {
  const { context, page } = await openWindow(browser, { as: OWNER });
  await noAlerts(page);
  await page.clock.install();
  await page.goto('/admin/dashboard?range=1h');
  await page.locator('canvas').first().waitFor();
  const places = () =>
    page.evaluate(() =>
      [...document.querySelectorAll('main section[id]')].map((section) => {
        const { top, height } = section.getBoundingClientRect();
        return [section.id, top, height];
      }),
    );
  const before = await places();
  const again = page.waitForResponse(isDashboard);
  await page.clock.fastForward(30_000);
  await (await again).finished();
  expect(await places()).toEqual(before);

  let asked = 0;
  page.on('request', (request) => {
    if (request.url().includes('/api/v1/admin/dashboard')) asked += 1;
  });
  const show = (state: 'visible' | 'hidden') =>
    page.evaluate((now) => {
      Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => now });
      window.dispatchEvent(new Event('visibilitychange'));
    }, state);
  await show('hidden');
  await page.clock.fastForward(120_000);
  expect(asked).toBe(0);
  const back = page.waitForResponse(isDashboard);
  await show('visible');
  await back;
  expect(asked).toBe(1);
  await context.close();
});

it('says for one figure why it is not there, and keeps the others; the same when the server is away', async () => {
  const { context, page } = await openWindow(browser, { as: OWNER });
  let why: string | null = 'Prometheus at prom:9090 did not answer within 5 seconds.';
  await change(page, 'error_rate', () => (why === null ? {} : { error: why, series: [], current: null, state: null }));
  await page.goto('/admin/dashboard');
  await card(page, 'Error rate').getByText(why).waitFor();
  await card(page, 'Requests').locator('canvas').waitFor();
  await page.getByText('1 of 18 figures are not known.').waitFor();
  why = null;
  await card(page, 'Error rate').getByRole('button', { name: 'Try again' }).click();
  await card(page, 'Error rate').locator('canvas').waitFor();

  await page.unroute(DASHBOARD);
  await page.route(DASHBOARD, (route) => route.abort());
  await page.getByRole('radio', { name: '24 hours' }).check();
  await page.getByText(/^The server cannot be reached.* The figures are those of \d/).waitFor();
  await card(page, 'Requests').locator('canvas').waitFor();
  await context.close();
});

it('calls nothing good where no figure arrives, and says what is not known beside what is broken', async () => {
  const { context, page } = await openWindow(browser, { as: OWNER });
  await noAlerts(page);
  let isThere = false;
  const nothing = { current: null, state: null, since: null, series: [] };
  const broken = { state: 'critical', current: 0.7 } as const;
  await changeAll(page, ({ id }) => {
    if (!isThere) return nothing;
    if (id === 'requests') return nothing;
    return id === 'event_loop' ? broken : { state: 'ok' };
  });
  await page.goto('/admin/dashboard');
  const attention = card(page, 'What needs attention');
  await attention.getByText('No figures arrive').waitFor();
  expect(await attention.textContent()).toContain('MONITORING_SERVICE');
  expect(await attention.getByText('Nothing needs attention').count()).toBe(0);
  expect(await complaints(page)).toEqual([]);
  isThere = true;
  await page.getByRole('radio', { name: '24 hours' }).check();
  await attention.getByText('Event-loop delay').waitFor();
  await attention.getByText('1 of 18 figures are not known.').waitFor();
  await context.close();
});

it('leads from an alert’s link to what is broken, since when, and shows it recover', async () => {
  const { context, page } = await openWindow(browser, { as: OWNER });
  const since = new Date(Date.now() - 12 * 60_000).toISOString();
  let isBroken = true;
  await change(page, 'event_loop', () => (isBroken ? { state: 'critical', current: 0.7, since } : { state: 'ok' }));
  await page.clock.install();
  await page.goto('/admin/dashboard?range=1h#event_loop');
  const attention = card(page, 'What needs attention');
  const line = attention.getByRole('link', { name: /Critical\s*Event-loop delay/ });
  expect(await line.textContent()).toMatch(/700\sms.*since \d\d:\d\d, 12 minutes ago/);
  const shown = card(page, 'Event-loop delay');
  await shown.getByText('Critical', { exact: true }).waitFor();
  await page.waitForFunction(() => {
    const place = document.querySelector('#event_loop:target')?.getBoundingClientRect();
    return place !== undefined && place.top >= 0 && place.bottom <= window.innerHeight;
  });
  expect(await complaints(page)).toEqual([]);
  isBroken = false;
  await page.clock.fastForward(30_000);
  await line.waitFor({ state: 'detached' });
  await shown.getByText('OK', { exact: true }).waitFor();
  await context.close();
});

it('sums what was used, by day, person and model, and gives it away as a table', async () => {
  const { context, page } = await openWindow(browser, { as: OWNER });
  const [answer] = await Promise.all([
    page.waitForResponse((response) => response.url().includes('/api/v1/admin/usage')),
    page.goto('/admin/usage'),
  ]);
  const { total } = (await answer.json()) as UsageReport;
  expect(total.messages).toBeGreaterThan(0);
  const number = new Intl.NumberFormat('en-GB').format(total.inputTokens);
  expect(await page.getByRole('definition').nth(2).textContent()).toBe(number);
  // Which models have been asked by now is up to the other tests.
  const [byModel] = await Promise.all([
    page.waitForResponse((response) => response.url().includes('by=model')),
    page.getByRole('radio', { name: 'By model' }).check(),
  ]);
  const model = ((await byModel.json()) as UsageReport).items[0]?.key ?? 'none';
  await page.getByRole('cell', { name: model }).first().waitFor();
  await page.reload();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Export as CSV' }).click(),
  ]);
  const [head, ...rows] = (await readFile(await download.path(), 'utf8')).split('\r\n');
  expect(head).toMatch(/^"model","name",/);
  expect(rows).toContainEqual(expect.stringContaining(`"${model}"`));
  await page.getByRole('radio', { name: 'By person' }).check();
  await page.getByRole('table', { name: 'Usage by person' }).getByRole('link').first().click();
  await page.waitForURL(/\/admin\/people\/[\da-f-]{36}$/);
  await page.goto('/admin/usage?from=2020-01-01&until=2020-01-02');
  await page.getByText('No model was asked in this time.').waitFor();
  await context.close();
});

it('has one whole day for a filter of one day, far from Greenwich too', async () => {
  const { context, page } = await openWindow(browser, { as: OWNER, timezoneId: 'America/Los_Angeles' });
  const today = new Date().toISOString().slice(0, 10);
  const [answer] = await Promise.all([
    page.waitForResponse((response) => response.url().includes('/api/v1/admin/usage')),
    page.goto(`/admin/usage?from=${today}&until=${today}`),
  ]);
  const { from, to } = (await answer.json()) as UsageReport;
  expect([from, Date.parse(to) - Date.parse(from)]).toEqual([`${today}T00:00:00.000Z`, 24 * 3600 * 1000]);
  const said = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'UTC' }).format(new Date(today));
  await page.getByText(`From ${said} to ${said}, from the ledger`).waitFor();
  await context.close();
});

it.each([
  ['/admin/dashboard?range=15m', 'canvas'],
  ['/admin/usage', 'table'],
])('axe finds nothing on %s, and nothing hangs over the edge', async (path, ready) => {
  const { context, page } = await openWindow(browser, { as: OWNER });
  await page.goto(path);
  await page.locator(`main ${ready}`).first().waitFor();
  await expectFit(page);
  await context.close();
});
