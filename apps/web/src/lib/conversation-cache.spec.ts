import type { Conversation } from '@chatbox/contracts';
import { type ConversationPages, dropped, placed } from './conversation-cache';

const item = (id: string, day: number): Conversation => ({
  id,
  title: id,
  model: null,
  systemPrompt: null,
  activeLeafId: null,
  revision: 1,
  costMicros: 0,
  inputTokens: 0,
  outputTokens: 0,
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: `2026-01-${String(day).padStart(2, '0')}T00:00:00.000Z`,
});
const pages = (nextCursor: string | null): ConversationPages => ({
  pages: [
    { items: [item('e', 9), item('d', 8)], nextCursor: 'more' },
    { items: [item('c', 7), item('b', 6)], nextCursor },
  ],
  pageParams: [undefined, 'more'],
});
const ids = (data: ConversationPages) => data.pages.map((page) => page.items.map(({ id }) => id));

describe('placed', () => {
  it('moves a touched conversation to the front', () => {
    expect(ids(placed(pages(null), item('b', 10)))).toEqual([['b', 'e', 'd'], ['c']]);
  });
  it('brings a restored one back where it was', () => {
    expect(ids(placed(dropped(pages(null), 'c'), item('c', 7)))).toEqual([
      ['e', 'd'],
      ['c', 'b'],
    ]);
  });
  it('puts the oldest at the end only when everything is loaded', () => {
    expect(ids(placed(pages(null), item('a', 1)))).toEqual([
      ['e', 'd'],
      ['c', 'b', 'a'],
    ]);
    expect(ids(placed(pages('more'), item('a', 1)))).toEqual([
      ['e', 'd'],
      ['c', 'b'],
    ]);
  });
});
