import type { Accepted } from '@chatbox/contracts';
import { ChatError } from './chat-error.ts';
import { when } from './observable.ts';
import { Outbox, type OutboxItem, type OutboxStorage } from './outbox.ts';

const memory = (): OutboxStorage => {
  const map = new Map<string, string>();
  return {
    get length() {
      return map.size;
    },
    key: (index) => [...map.keys()][index] ?? null,
    getItem: (key) => map.get(key) ?? null,
    setItem: (key, value) => void map.set(key, value),
    removeItem: (key) => void map.delete(key),
  };
};
const item = (id: string) => ({ clientMessageId: id, conversationId: 'c', content: id });
const accepted = {} as Accepted;

/** A server that answers from a script, then accepts. */
const outboxWith = (script: (ChatError | 'accept')[], storage = memory(), account = 'ann') => {
  const sent: string[] = [];
  const outbox = new Outbox({
    send: async (message: OutboxItem) => {
      sent.push(message.clientMessageId);
      const next = script.shift() ?? 'accept';
      if (next !== 'accept') throw next;
      return accepted;
    },
    onAccepted: () => undefined,
    untilFree: () => Promise.resolve(),
    storage,
    account,
    random: () => 0,
  });
  return { outbox, sent, storage };
};
const empty = (outbox: Outbox) => when(outbox.items, (items) => items.length === 0);
const network = ChatError.network('cut');
const busy = new ChatError('generation.busy', 'busy', true);
const refused = new ChatError('message.parent_invalid', 'no', false);

describe('Outbox', () => {
  it('sends in order, one after the other, and repeats after a cut with the same id', async () => {
    const { outbox, sent } = outboxWith([network, network]);
    outbox.add(item('1'));
    outbox.add(item('2'));
    await empty(outbox);
    expect(sent).toEqual(['1', '1', '1', '2']);
  });

  it('waits for as long as the branch is being answered', async () => {
    const { outbox, sent } = outboxWith(Array.from({ length: 9 }, () => busy));
    outbox.add(item('1'));
    await empty(outbox);
    expect(sent).toHaveLength(10);
  });

  it('shows a refusal, lets the next one pass, and sends again when told', async () => {
    const { outbox, sent } = outboxWith([refused]);
    outbox.add(item('1'));
    outbox.add(item('2'));
    await when(outbox.items, (items) => items.length === 1 && items[0]?.state === 'failed');
    expect(outbox.items.getSnapshot()[0]?.problem?.code).toBe('message.parent_invalid');
    outbox.retry('1');
    await empty(outbox);
    expect(sent).toEqual(['1', '2', '1']);
  });

  it('gives up after six refusals that might have passed', async () => {
    const internal = new ChatError('internal', 'broken', true);
    const { outbox, sent } = outboxWith(Array.from({ length: 9 }, () => internal));
    outbox.add(item('1'));
    await when(outbox.items, (items) => items[0]?.state === 'failed');
    expect(sent).toHaveLength(6);
  });

  it('survives a reload, for the same account only', async () => {
    const storage = memory();
    const before = outboxWith([], storage);
    before.outbox.close();
    before.outbox.add(item('1'));
    const stranger = outboxWith([], storage, 'bob');
    stranger.outbox.open();
    expect(stranger.outbox.items.getSnapshot()).toEqual([]);
    const after = outboxWith([], storage);
    after.outbox.open();
    await empty(after.outbox);
    expect(after.sent).toEqual(['1']);
    expect(storage.length).toBe(0);
  });
});
