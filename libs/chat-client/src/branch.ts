import type { Message } from '@chatbox/contracts';
import type { FeedState } from './feed-state.ts';

type Tree = Pick<FeedState, 'rows' | 'order'>;

/** Children by parent id (`null`: the roots), each list in order of creation. */
export function childrenOf(tree: Tree): Map<string | null, Message[]> {
  const children = new Map<string | null, Message[]>();
  for (const id of tree.order) {
    const row = tree.rows.get(id);
    if (!row) continue;
    const list = children.get(row.parentId);
    if (list) list.push(row);
    else children.set(row.parentId, [row]);
  }
  return children;
}

/** Down from a message by the latest child each time. */
export function latestDescendant(children: ReadonlyMap<string | null, Message[]>, from: Message): Message {
  let leaf = from;
  for (let next = children.get(leaf.id)?.at(-1); next; next = children.get(leaf.id)?.at(-1)) leaf = next;
  return leaf;
}

/** From the oldest known ancestor to the leaf. Ends early where an ancestor has not been read yet. */
export function activePath(tree: Tree, leafId: string | null): { path: Message[]; complete: boolean } {
  const children = childrenOf(tree);
  const named = leafId === null ? undefined : tree.rows.get(leafId);
  const newest = tree.rows.get(tree.order.at(-1) ?? '');
  const start = named ?? newest;
  if (!start) return { path: [], complete: true };
  const path: Message[] = [];
  let row: Message | undefined = latestDescendant(children, start);
  while (row) {
    path.push(row);
    if (row.parentId === null) return { path: path.reverse(), complete: true };
    row = tree.rows.get(row.parentId);
  }
  return { path: path.reverse(), complete: false };
}

export interface Siblings {
  /** Ids of all versions, in order of creation, this one included. */
  ids: readonly string[];
  index: number;
}

export function siblingsOf(children: ReadonlyMap<string | null, Message[]>, message: Message): Siblings {
  const ids = (children.get(message.parentId) ?? [message]).map((row) => row.id);
  return { ids, index: Math.max(0, ids.indexOf(message.id)) };
}
