import type { AuditRecord, Page, UsageReport } from '@chatbox/contracts';
import { type MockModel, startMockModel } from '../../../tools/mock-model/server.ts';
import { aUser, type Person } from './harness/people.ts';
import { rowsOf, sql } from './harness/sql.ts';
import { startTestApp, type TestApp } from './harness/test-app.ts';
import { aChat, readToEnd } from './support/chat.ts';
import { metricSum } from './support/figures.ts';

let mock: MockModel;
let app: TestApp;
let owner: Person;
let ann: Person;
beforeAll(async () => {
  mock = await startMockModel({ tokens: 5, delayMilliseconds: 0 });
  app = await startTestApp({ OPENAI_BASE_URL: `${mock.url}/v1`, OPENAI_API_KEY: 'a key for the mock' });
  // The dangerous letters that an e-mail may begin with.
  [owner, ann] = [await aUser(app), await aUser(app, '+1+2@example.org')];
  for (const [who, model] of [
    [owner, 'openai/mock-large'],
    [ann, 'openai/mock-large'],
    [ann, 'offline/assistant'],
  ] as const) {
    const chat = await aChat(app, who);
    const { generation } = await chat.ask('hello', { model });
    await readToEnd(app, who.token, generation.id);
  }
  // Titles are made beside the answers.
  const booked = async () => (await rowsOf(app, `SELECT 1 FROM ledger WHERE purpose = 'title'`)).length;
  while ((await booked()) < 2);
  await sql(app, `UPDATE ledger SET cost_micros = CASE purpose WHEN 'chat' THEN 1234567 END WHERE provider = 'openai'`);
});
afterAll(async () => {
  await app.close();
  await mock.close();
});

const report = async (query: string) =>
  (await app.api<UsageReport>('GET', `/api/v1/admin/usage${query}`, { token: owner.token })).body;
const today = () => new Date().toISOString().slice(0, 10);

it('sums what the ledger has, by day, person and model, and the sums are those of the figures', async () => {
  const [byDay, byPerson, byModel] = [await report(''), await report('?by=person'), await report('?by=model')];
  const sums = `count(*)::int AS calls, sum(input_tokens)::int AS input, sum(output_tokens)::int AS output`;
  const [ledger] = await rowsOf(app, `SELECT ${sums} FROM ledger`);
  for (const { total, items, left } of [byDay, byPerson, byModel]) {
    expect(left).toBe(0);
    expect(total).toEqual(byDay.total);
    for (const name of ['messages', 'calls', 'inputTokens', 'outputTokens', 'costMicros'] as const)
      expect(items.reduce((sum, row) => sum + row[name], 0)).toBe(total[name]);
  }
  expect(byDay.total).toMatchObject({ messages: 3, calls: ledger?.calls, costMicros: 2 * 1_234_567 });
  const tokens = (direction: string) =>
    metricSum(app, 'chatbox_tokens_total', (labels) => labels.direction === direction);
  expect([byDay.total.inputTokens, byDay.total.outputTokens]).toEqual([ledger?.input, ledger?.output]);
  // A title is counted when it is booked.
  while ((await tokens('output')) !== ledger?.output);
  expect(await tokens('input')).toBe(ledger?.input);
  expect(byDay.items.map(({ key }) => key)).toEqual([today()]);
  expect(byPerson.items.map(({ key, email, messages }) => [key, email, messages])).toEqual(
    expect.arrayContaining([
      [owner.user.id, owner.email, 1],
      [ann.user.id, ann.email, 2],
    ]),
  );
  expect(new Set(byModel.items.map(({ key }) => key))).toEqual(new Set(['openai/mock-large', 'offline/assistant']));
  const large = byModel.items.find(({ key }) => key === 'openai/mock-large');
  expect([large?.costMicros, large?.unpricedCalls]).toEqual([2 * 1_234_567, 2]);
});

it('looks at the time that is asked for, and at nothing outside of it', async () => {
  await sql(app, `UPDATE ledger SET at = at - interval '3 days' WHERE account_id = $1`, [owner.user.id]);
  const dayBefore = (days: number) => new Date(Date.now() - days * 24 * 3600 * 1000).toISOString();
  expect((await report('')).items).toHaveLength(2);
  const { from, to } = await report('');
  expect(from).toMatch(/T00:00:00\.000Z$/);
  expect(Math.ceil((Date.parse(to) - Date.parse(from)) / 86_400_000)).toBe(30);
  expect((await report(`?from=${dayBefore(1)}`)).total.messages).toBe(2);
  expect((await report(`?from=${dayBefore(4)}&to=${dayBefore(2)}`)).total.messages).toBe(1);
  expect((await report(`?from=${dayBefore(2)}&to=${dayBefore(1)}`)).items).toEqual([]);
  expect((await report('?by=person')).items.map(({ messages }) => messages).sort()).toEqual([1, 2]);
});

it('HARDENING 28: leaves as a table in which nothing is a formula, and that is remembered', async () => {
  const answer = await app.api<string>('GET', '/api/v1/admin/usage/export?by=person', { token: owner.token });
  expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8');
  expect(answer.headers.get('content-disposition')).toBe('attachment; filename="usage.csv"');
  const [head, ...lines] = answer.body.trimEnd().split('\r\n');
  expect(head).toContain('"person","name","email","messages"');
  expect(lines).toHaveLength(2);
  for (const field of answer.body.matchAll(/(?:^|,)"([^"]*)/gm)) expect(field[1]).not.toMatch(/^[=+\-@]/);
  expect(answer.body).toMatch(/"'\+1/);
  const audit = await app.api<Page<AuditRecord>>('GET', '/api/v1/admin/audit?action=usage.exported', {
    token: owner.token,
  });
  expect(audit.body.items.map(({ details }) => details)).toEqual([{ by: 'person' }]);
});

it('keeps the sums of somebody who has gone, without the name', async () => {
  await app.api('DELETE', `/api/v1/admin/people/${ann.user.id}`, { token: owner.token });
  const { items, total } = await report('?by=person');
  expect(total.messages).toBe(3);
  expect(items.find(({ key }) => key === null)).toMatchObject({ name: null, email: null, messages: 2 });
});
