import type { Conversation, Message, Part, ServerEvent } from '@chatbox/contracts';
import { emptyFeed, type FeedEvent, type FeedState, placesOf, reduceFeed } from './feed-state.ts';
import { allText } from './parts.ts';

const conversationId = 'c0000000-0000-4000-8000-000000000000';
const generationId = 'g0000000-0000-4000-8000-000000000000';

const row = (over: Partial<Message> = {}): Message => ({
  id: 'answer',
  conversationId,
  parentId: null,
  role: 'assistant',
  content: '',
  parts: [],
  position: 0,
  clientMessageId: null,
  model: 'm',
  generation: {
    id: generationId,
    messageId: 'answer',
    conversationId,
    status: 'running',
    attempt: 1,
    model: 'm',
    startedAt: '2026-01-01T00:00:00.000Z',
    finishedAt: null,
    error: null,
  },
  usage: null,
  costMicros: null,
  createdAt: '2026-01-01T00:00:00.000Z',
  ...over,
});
const finished = (over: Partial<Message> = {}): Message => {
  const message = row(over);
  return { ...message, generation: message.generation && { ...message.generation, status: 'completed' } };
};
const begun = (message = row()): FeedState =>
  reduceFeed(emptyFeed(), { type: 'latest_page', page: { items: [message], nextCursor: null }, revision: 1 });
const delta = (position: number, text: string, part = 0, kind: Part['kind'] = 'text', attempt = 1): ServerEvent => ({
  type: 'delta',
  generationId,
  attempt,
  position,
  text,
  part,
  kind,
});
/** The word of the server that a question is kept, and how its answer stood then. */
const acknowledged = (status: 'running' | 'completed' = 'running', attempt = 1): FeedEvent => {
  const question = row({ id: 'question', role: 'user', generation: null });
  const { generation } = row();
  if (!generation) throw new Error('an answer has a generation');
  return { type: 'accepted', accepted: { message: question, generation: { ...generation, status, attempt } } };
};
const textOf = (state: FeedState) => allText(state.rows.get('answer')?.parts ?? []);

/** mulberry32: small, seeded, good enough to shuffle. */
const seeded = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
};

const ANSWER: Part[] = [
  { kind: 'reasoning', text: 'Let me think 🤔 about it.\n' },
  { kind: 'text', text: 'The sea is wide, and **deep**.\n```js\nlet x = 1;\n```\n' },
  { kind: 'tool_call', text: '{"q":"ocean"}' },
  { kind: 'text', text: 'é — ḿ — 海 — done.' },
];
const WHOLE = allText(ANSWER);

/** The answer cut into pieces at random places, never across parts. */
function pieces(random: () => number): ServerEvent[] {
  let position = 0;
  return ANSWER.flatMap(({ text, kind }, part) => {
    const events: ServerEvent[] = [];
    for (let at = 0; at < text.length; ) {
      const size = 1 + Math.floor(random() * 7);
      const piece = text.slice(at, at + size);
      at += piece.length;
      position += piece.length;
      events.push(delta(position, piece, part, kind));
    }
    return events;
  });
}

/** What a server does for a reader who names its place: everything behind it, as overlapping as it likes. */
function recover(state: FeedState, frames: ServerEvent[]): FeedState {
  const [place] = placesOf(state);
  const missing = frames.filter((frame) => frame.type === 'delta' && place && frame.position > place.position);
  return missing.reduce(reduceFeed, reduceFeed(state, { type: 'asked', what: 'resubscribe' }));
}

describe('the text of a stream', () => {
  it('is the same for any split, repetition, loss and disorder that is recovered', () => {
    for (let seed = 1; seed <= 400; seed++) {
      const random = seeded(seed);
      const frames = pieces(random);
      const seen: ServerEvent[] = [];
      for (const frame of frames) {
        const chance = random();
        if (chance < 0.1) continue;
        if (chance < 0.2) seen.push(frame, frame);
        else if (chance < 0.3) seen.splice(Math.floor(random() * seen.length), 0, frame);
        else seen.push(frame);
      }
      let state = begun();
      for (const frame of seen) {
        state = reduceFeed(state, frame);
        expect(WHOLE.startsWith(textOf(state))).toBe(true);
        if (state.asks.resubscribe && random() < 0.5) state = recover(state, frames);
      }
      const last = frames.at(-1);
      if (last && textOf(state) !== WHOLE) state = recover(reduceFeed(state, last), frames);
      expect(state.rows.get('answer')?.parts).toEqual(ANSWER);
      expect(state.rows.get('answer')?.position).toBe(WHOLE.length);
    }
  });

  it('keeps frames that overtake the page', () => {
    let state = reduceFeed(emptyFeed(), delta(3, 'one'));
    state = reduceFeed(state, delta(7, ' two'));
    state = reduceFeed(state, acknowledged());
    expect(textOf(state)).toBe('one two');
  });

  it('keeps what is here when an acknowledgement is late, and asks for what it does not bring', () => {
    const shown = reduceFeed(begun(), delta(3, 'one'));
    for (const late of [acknowledged('completed'), acknowledged('running', 2)]) {
      const state = reduceFeed(shown, late);
      expect(textOf(state)).toBe('one');
      expect(state.rows.get('answer')?.generation).toMatchObject({ status: 'running', attempt: 1 });
      expect(state.order).toContain('question');
    }
    const unseen = reduceFeed(emptyFeed(), acknowledged('completed'));
    expect([unseen.rows.has('answer'), unseen.asks.reload]).toEqual([false, true]);
  });

  it('asks for what lies before a frame that starts beyond the known end', () => {
    const state = reduceFeed(begun(), delta(9, 'two'));
    expect(textOf(state)).toBe('');
    expect(state.asks.resubscribe).toBe(true);
  });

  it('takes the new part of an overlapping frame only', () => {
    const state = reduceFeed(reduceFeed(begun(), delta(4, 'abcd')), delta(6, 'cdef'));
    expect(textOf(state)).toBe('abcdef');
  });
});

describe('attempts', () => {
  it('ignores frames of an attempt that was given up', () => {
    let state = reduceFeed(begun(), {
      type: 'reset',
      generationId,
      attempt: 2,
      position: 2,
      text: 'ok',
      parts: [{ kind: 'text', text: 'ok' }],
    });
    state = reduceFeed(state, delta(5, 'old', 0, 'text', 1));
    expect(textOf(state)).toBe('ok');
    expect(state.asks.resubscribe).toBe(false);
  });

  it('asks when a new attempt begins without a word', () => {
    const state = reduceFeed(reduceFeed(begun(), delta(3, 'one')), delta(6, 'two', 0, 'text', 2));
    expect(textOf(state)).toBe('one');
    expect(state.asks.resubscribe).toBe(true);
  });

  it('never lets a late snapshot take back what was shown', () => {
    const late: ServerEvent = {
      type: 'snapshot',
      generationId,
      attempt: 1,
      position: 1,
      text: 'o',
      parts: [{ kind: 'text', text: 'o' }],
      status: 'running',
    };
    expect(textOf(reduceFeed(reduceFeed(begun(), delta(3, 'one')), late))).toBe('one');
  });

  it.each([
    ['keeps what was shown where a server has heard only its beginning', 'on', 'one two'],
    ['throws away what was shown where the same place holds something else', 'ok', 'ok two'],
  ])('%s', (_, text, afterwards) => {
    const parts: Part[] = [{ kind: 'text', text }];
    const reset: ServerEvent = { type: 'reset', generationId, attempt: 1, position: 2, text, parts };
    const state = reduceFeed(reduceFeed(begun(), delta(3, 'one')), reset);
    const more = afterwards.slice(2);
    expect(textOf(reduceFeed(state, delta(2 + more.length, more)))).toBe(afterwards);
    expect(textOf(state)).toBe(afterwards.startsWith('one') ? 'one' : 'ok');
  });
});

describe('rows', () => {
  it('a finished answer stays finished when an older page arrives', () => {
    const state = reduceFeed(begun(finished({ content: 'all' })), {
      type: 'older_page',
      page: { items: [row()], nextCursor: null },
    });
    expect(state.rows.get('answer')?.generation?.status).toBe('completed');
  });

  it('the end that fits finishes the row, one that does not asks for it', () => {
    const end = (position: number): ServerEvent => ({
      type: 'end',
      generationId,
      attempt: 1,
      position,
      status: 'completed',
      usage: null,
      costMicros: 7,
      error: null,
    });
    const state = reduceFeed(begun(), delta(3, 'one'));
    expect(reduceFeed(state, end(3)).rows.get('answer')).toMatchObject({
      costMicros: 7,
      generation: { status: 'completed' },
    });
    expect(reduceFeed(state, end(5)).asks.reload).toBe(true);
  });

  it('a gap in the revisions asks for the latest page', () => {
    const state = reduceFeed(begun(), { type: 'message', message: row({ id: 'b' }), revision: 2 });
    expect(state.asks.reload).toBe(false);
    expect(reduceFeed(state, { type: 'message', message: row({ id: 'c' }), revision: 4 }).asks.reload).toBe(true);
  });

  it('a heartbeat that knows more asks', () => {
    const beat: ServerEvent = {
      type: 'heartbeat',
      conversations: [{ conversationId, revision: 5 }],
      generations: [{ generationId, attempt: 1, position: 9 }],
    };
    expect(reduceFeed(begun(), beat).asks).toEqual({ resubscribe: true, reload: true });
  });

  it('a conversation that ends with a message nobody has told is read when the next sign comes', () => {
    const told = (revision: number, activeLeafId: string): ServerEvent => ({
      type: 'conversation',
      conversation: { id: conversationId, revision, activeLeafId } as Conversation,
    });
    expect(reduceFeed(begun(), told(2, 'answer')).revision).toBe(2);
    const missed = reduceFeed(begun(), told(2, 'unheard'));
    expect(missed.asks.reload).toBe(false);
    const subscribed = reduceFeed(missed, { type: 'subscribed', revision: 2 });
    expect(subscribed.asks.reload).toBe(true);
    const page = { items: [row(), row({ id: 'unheard' })], nextCursor: null };
    const read = reduceFeed(subscribed, { type: 'latest_page', page, revision: subscribed.heard });
    expect(reduceFeed({ ...read, asks: missed.asks }, { type: 'subscribed', revision: 2 }).asks.reload).toBe(false);
  });

  it('a page that does not touch the known ones takes their place', () => {
    const page = { items: [row({ id: 'z', createdAt: '2026-02-01T00:00:00.000Z' })], nextCursor: 'older' };
    const state = reduceFeed(begun(), { type: 'latest_page', page, revision: 90 });
    expect(state.order).toEqual(['z']);
    expect(state.olderCursor).toBe('older');
  });
});
