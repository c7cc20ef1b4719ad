import type { Message } from '@chatbox/contracts';
import { activePath, childrenOf, latestDescendant, siblingsOf } from './branch.ts';

const tree = (...edges: [id: string, parent: string | null][]) => {
  const rows = new Map(edges.map(([id, parentId]) => [id, { id, parentId } as Message]));
  return { rows, order: edges.map(([id]) => id) };
};
//  a ─ b ─ c ─ d
//   └ e ─ f
const forest = tree(['a', null], ['b', 'a'], ['c', 'b'], ['d', 'c'], ['e', 'a'], ['f', 'e']);
const ids = (messages: Message[]) => messages.map((message) => message.id);

describe('branches', () => {
  it('shows the way from the root to the leaf', () => {
    expect(ids(activePath(forest, 'd').path)).toEqual(['a', 'b', 'c', 'd']);
    expect(ids(activePath(forest, 'f').path)).toEqual(['a', 'e', 'f']);
  });

  it('goes on down when the leaf is not the end', () => {
    expect(ids(activePath(forest, 'b').path)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('says when an ancestor has not been read', () => {
    expect(activePath(tree(['x', 'unread']), 'x').complete).toBe(false);
    expect(activePath(forest, 'd').complete).toBe(true);
  });

  it('counts versions in order of creation', () => {
    const children = childrenOf(forest);
    const e = forest.rows.get('e');
    expect(e && siblingsOf(children, e)).toEqual({ ids: ['b', 'e'], index: 1 });
    const b = forest.rows.get('b');
    expect(b && latestDescendant(children, b).id).toBe('d');
  });
});
