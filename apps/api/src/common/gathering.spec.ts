import { Gathering } from './gathering.ts';

const counting = () => {
  const asked: number[][] = [];
  const gathering = new Gathering(async (questions: readonly number[]) => {
    asked.push([...questions]);
    if (questions.includes(13)) throw new Error('away');
    return questions.map((question) => question * 2);
  });
  return { asked, gathering };
};
const turn = () => new Promise((resolve) => setImmediate(resolve));

afterEach(() => {
  jest.useRealTimers();
});

it('makes one question of those of one turn, and gives each its own answer', async () => {
  const { asked, gathering } = counting();
  expect(await Promise.all([gathering.now(1), gathering.soon(2), gathering.now(3)])).toEqual([2, 4, 6]);
  expect(asked).toEqual([[1, 2, 3]]);
});

it('lets who is alone wait for nobody, and a rush wait for each other, half a second at most', async () => {
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'clearImmediate'] });
  const { asked, gathering } = counting();
  void gathering.soon(1);
  await turn();
  expect(asked).toHaveLength(1);
  // The one before was about one: ten milliseconds.
  for (let i = 0; i < 100; i += 1) void gathering.soon(i + 100);
  await turn();
  expect(asked).toHaveLength(1);
  jest.advanceTimersByTime(10);
  expect(asked[1]).toHaveLength(100);
  // And that one was about a hundred.
  void gathering.soon(2);
  jest.advanceTimersByTime(499);
  await turn();
  expect(asked).toHaveLength(2);
  jest.advanceTimersByTime(1);
  expect(asked[2]).toEqual([2]);
});

it('takes those who wait along with one who cannot', async () => {
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'clearImmediate'] });
  const { asked, gathering } = counting();
  await Promise.all([gathering.now(1), gathering.now(2)]);
  const patient = gathering.soon(3);
  expect(await Promise.all([patient, gathering.now(4)])).toEqual([6, 8]);
  expect(asked).toEqual([
    [1, 2],
    [3, 4],
  ]);
  jest.advanceTimersByTime(1_000);
  expect(asked).toHaveLength(2);
});

it('passes a failure on to all, and asks again', async () => {
  const { gathering } = counting();
  const both = await Promise.allSettled([gathering.now(13), gathering.now(1)]);
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await gathering.now(1)).toBe(2);
});

it('makes several questions of very many', async () => {
  const { asked, gathering } = counting();
  const many = Array.from({ length: 1_500 }, (_, i) => i + 20);
  expect(await Promise.all(many.map((one) => gathering.now(one)))).toEqual(many.map((one) => one * 2));
  expect(asked.map(({ length }) => length)).toEqual([1_000, 500]);
});
