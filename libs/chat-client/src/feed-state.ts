import type { Accepted, Conversation, End, Message, Page, Part, Place, ServerEvent } from '@chatbox/contracts';
import { answerTo } from './accepted.ts';
import { allText, appendText, byProgress, meet, type Produced, plainText } from './parts.ts';

/** What the state cannot find out by itself. The feed does it and reports back with `asked`. */
export interface Asks {
  /** A hole in a stream: subscribe again and name the places. */
  resubscribe: boolean;
  /** A gap in the revisions, or an end that does not fit: read the latest page, and the conversation where that is behind. */
  reload: boolean;
}

export interface FeedState {
  /** Rows by id, each with as much of its answer as has arrived. */
  rows: ReadonlyMap<string, Message>;
  /** Ids in order of creation. */
  order: readonly string[];
  /** The message a generation writes. */
  answers: ReadonlyMap<string, string>;
  /** Streams whose message has not arrived yet; frames may overtake pages. */
  strays: ReadonlyMap<string, Produced>;
  conversation: Conversation | null;
  /** Up to which all messages of the end have been told or read. */
  revision: number;
  /** The latest that anybody named. What is behind it, messages or the conversation itself, has to be read. */
  heard: number;
  /** Of the oldest page read; null: nothing older; undefined: nothing read yet. */
  olderCursor: string | null | undefined;
  asks: Asks;
}

export type FeedEvent =
  | ServerEvent
  | { type: 'latest_page'; page: Page<Message>; revision: number }
  | { type: 'older_page'; page: Page<Message> }
  | { type: 'accepted'; accepted: Accepted }
  | { type: 'subscribed'; revision: number }
  | { type: 'asked'; what: keyof Asks };

const NOTHING: Asks = { resubscribe: false, reload: false };
const MAX_STRAYS = 32;

export const emptyFeed = (): FeedState => ({
  rows: new Map(),
  order: [],
  answers: new Map(),
  strays: new Map(),
  conversation: null,
  revision: 0,
  heard: 0,
  olderCursor: undefined,
  asks: NOTHING,
});

export const isRunning = (message: Message): boolean => message.generation?.status === 'running';

/** What to name when subscribing: where this reader stopped in every unfinished answer. */
export const placesOf = (state: FeedState): Place[] =>
  [...state.rows.values()].flatMap((row) =>
    row.generation?.status === 'running'
      ? [{ generationId: row.generation.id, attempt: row.generation.attempt, position: row.position }]
      : [],
  );

/** Pure. The same events in any split, doubled or delayed and then recovered, give the same text. */
export function reduceFeed(state: FeedState, event: FeedEvent): FeedState {
  switch (event.type) {
    case 'snapshot':
    case 'reset': {
      const row = rowOf(state, event.generationId);
      const produced = { attempt: event.attempt, position: event.position, parts: event.parts };
      if (!row) return keepStray(state, event.generationId, produced, event.type === 'reset');
      if (row.generation?.status !== 'running') return state;
      if (byProgress(produced, producedOf(row)) < 0 && (event.type === 'snapshot' || isBeginning(produced, row)))
        return state;
      const ended = event.type === 'snapshot' && event.status !== 'running';
      const next = putRow(state, withProduced(row, produced));
      return ended ? ask(next, 'reload') : next;
    }
    case 'delta': {
      const row = rowOf(state, event.generationId);
      const known = row ? producedOf(row) : state.strays.get(event.generationId);
      if (!known) return keepStray(state, event.generationId, strayStart(event), false);
      if (row && !isRunning(row)) return state;
      if (event.attempt < known.attempt) return state;
      if (event.attempt > known.attempt) return row ? ask(state, 'resubscribe') : state;
      const fitting = meet(known.position, event.position, event.text);
      if (fitting.fits === 'known') return state;
      if (fitting.fits === 'hole') return row ? ask(state, 'resubscribe') : state;
      const parts = appendText(known.parts, event.part, event.kind, fitting.text);
      const produced = { attempt: event.attempt, position: event.position, parts };
      return row ? putRow(state, withProduced(row, produced)) : keepStray(state, event.generationId, produced, true);
    }
    case 'end':
      return finish(state, event);
    case 'message':
      return seeRevision(mergeRows(state, [event.message]), event.revision);
    case 'conversation':
      if (state.conversation && event.conversation.revision < state.conversation.revision) return state;
      return seeConversation({ ...state, conversation: event.conversation }, event.conversation);
    case 'heartbeat':
      return heartbeat(state, event);
    case 'subscribed':
      return hearOf(state, event.revision);
    case 'latest_page':
      return latestPage(state, event.page, event.revision);
    case 'older_page':
      return { ...mergeRows(state, event.page.items), olderCursor: event.page.nextCursor };
    case 'accepted':
      return accept(state, event.accepted);
    case 'asked':
      return { ...state, asks: { ...state.asks, [event.what]: false } };
    case 'conversation_deleted':
    case 'move':
      return state;
  }
}

const ask = (state: FeedState, what: keyof Asks): FeedState =>
  state.asks[what] ? state : { ...state, asks: { ...state.asks, [what]: true } };

const rowOf = (state: FeedState, generationId: string): Message | undefined => {
  const id = state.answers.get(generationId);
  return id === undefined ? undefined : state.rows.get(id);
};

/** Of what is shown: whoever says so has heard less than another one, from whom a page came. An earlier attempt counts for nothing. */
const isBeginning = ({ attempt, parts }: Produced, row: Message): boolean =>
  attempt < (row.generation?.attempt ?? 0) || allText(row.parts).startsWith(allText(parts));

const producedOf = (row: Message): Produced => ({
  attempt: row.generation?.attempt ?? 0,
  position: row.position,
  parts: row.parts,
});

function withProduced(row: Message, { attempt, position, parts }: Produced): Message {
  const generation = row.generation && { ...row.generation, attempt };
  return { ...row, generation, position, parts, content: plainText(parts) };
}

/** A stray that does not begin at the beginning is worth nothing; its row will ask. */
const strayStart = (delta: { attempt: number; position: number; text: string; part: number; kind: Part['kind'] }) =>
  delta.position === delta.text.length
    ? { attempt: delta.attempt, position: delta.position, parts: appendText([], delta.part, delta.kind, delta.text) }
    : { attempt: delta.attempt, position: 0, parts: [] };

function keepStray(state: FeedState, generationId: string, produced: Produced, replace: boolean): FeedState {
  const present = state.strays.get(generationId);
  if (present && !replace && byProgress(produced, present) <= 0) return state;
  const strays = new Map(state.strays);
  strays.delete(generationId);
  strays.set(generationId, produced);
  const oldest = strays.keys().next();
  if (strays.size > MAX_STRAYS && !oldest.done) strays.delete(oldest.value);
  return { ...state, strays };
}

function putRow(state: FeedState, row: Message): FeedState {
  const rows = new Map(state.rows);
  rows.set(row.id, row);
  return { ...state, rows };
}

/** A finished row never becomes unfinished again, and an unfinished one never gets shorter: pages may be late. */
function newer(present: Message | undefined, incoming: Message): Message {
  if (!present?.generation || !incoming.generation) return incoming;
  if (present.generation.id !== incoming.generation.id || !isRunning(incoming)) return incoming;
  if (!isRunning(present)) return present;
  return byProgress(producedOf(incoming), producedOf(present)) > 0 ? incoming : present;
}

function mergeRows(state: FeedState, incoming: readonly Message[]): FeedState {
  const rows = new Map(state.rows);
  const answers = new Map(state.answers);
  const strays = new Map(state.strays);
  const fresh: string[] = [];
  for (const message of incoming) {
    if (!rows.has(message.id)) fresh.push(message.id);
    let row = newer(rows.get(message.id), message);
    const stray = row.generation && strays.get(row.generation.id);
    if (row.generation && stray) {
      strays.delete(row.generation.id);
      if (isRunning(row) && byProgress(stray, producedOf(row)) > 0) row = withProduced(row, stray);
    }
    if (row.generation) answers.set(row.generation.id, row.id);
    rows.set(row.id, row);
  }
  return { ...state, rows, answers, strays, order: inOrder(state.order, fresh, rows) };
}

/** Stable, so that rows of one transaction (same time) stay as the server listed them. */
function inOrder(order: readonly string[], fresh: readonly string[], rows: ReadonlyMap<string, Message>) {
  if (fresh.length === 0) return order;
  const time = (id: string) => rows.get(id)?.createdAt ?? '';
  const last = order.at(-1);
  const first = fresh[0];
  const all = [...order, ...fresh];
  const appended = last === undefined || (first !== undefined && time(last) <= time(first));
  return appended ? all : all.sort((a, b) => (time(a) < time(b) ? -1 : time(a) > time(b) ? 1 : 0));
}

const hear = (state: FeedState, revision: number): FeedState =>
  revision > state.heard ? { ...state, heard: revision } : state;

/** Which version is shown may have been changed, by a hint that did not arrive. */
export const isConversationBehind = ({ conversation, heard }: FeedState): boolean =>
  conversation !== null && heard > conversation.revision;

/** Somebody named a revision without what made it. */
function hearOf(state: FeedState, revision: number): FeedState {
  const next = hear(state, revision);
  const isBehind = revision > next.revision || isConversationBehind(next);
  return isBehind && next.olderCursor !== undefined ? ask(next, 'reload') : next;
}

function seeRevision(state: FeedState, revision: number): FeedState {
  if (revision <= state.revision) return state;
  const gap = state.olderCursor !== undefined && revision > state.revision + 1;
  const next = hear({ ...state, revision }, revision);
  return gap ? ask(next, 'reload') : next;
}

/** The list of conversations may tell of a message before, or without, the message: then it is still to come. */
const seeConversation = (state: FeedState, { revision, activeLeafId }: Conversation): FeedState =>
  activeLeafId === null || state.rows.has(activeLeafId) ? seeRevision(state, revision) : hear(state, revision);

/**
 * An acknowledgement may be late, as one of a repetition is: the answer may be written by then, or here already. What it says
 * of the answer is only that there is one.
 */
function accept(state: FeedState, accepted: Accepted): FeedState {
  const { message, generation } = accepted;
  if (message.id === generation.messageId || state.rows.has(generation.messageId)) return mergeRows(state, [message]);
  if (generation.status === 'running') return mergeRows(state, [message, answerTo(accepted)]);
  return ask(mergeRows(state, [message]), 'reload');
}

function finish(state: FeedState, end: End): FeedState {
  const row = rowOf(state, end.generationId);
  if (row?.generation?.status !== 'running' || end.attempt < row.generation.attempt) return state;
  const whole = row.position === end.position && row.generation.attempt === end.attempt;
  if (!whole) return ask(state, 'reload');
  const generation = {
    ...row.generation,
    status: end.status,
    error: end.error,
    finishedAt: row.generation.finishedAt ?? new Date().toISOString(),
  };
  return putRow(state, { ...row, generation, usage: end.usage, costMicros: end.costMicros });
}

function heartbeat(state: FeedState, event: Extract<ServerEvent, { type: 'heartbeat' }>): FeedState {
  const behind = event.generations.some((place) => {
    const row = rowOf(state, place.generationId);
    return row !== undefined && isRunning(row) && byProgress(place, producedOf(row)) > 0;
  });
  const id = state.conversation?.id ?? state.rows.get(state.order[0] ?? '')?.conversationId;
  const next = behind ? ask(state, 'resubscribe') : state;
  const own = event.conversations.find(({ conversationId }) => conversationId === id);
  return own ? hearOf(next, own.revision) : next;
}

/** `revision` is one the server had before the page was read. */
function latestPage(state: FeedState, page: Page<Message>, revision: number): FeedState {
  const touches = state.order.length === 0 || page.items.some((message) => state.rows.has(message.id));
  const joined = touches || page.nextCursor === null;
  const base = joined ? state : { ...state, rows: new Map(), order: [], answers: new Map() };
  const olderCursor = joined && state.olderCursor !== undefined ? state.olderCursor : page.nextCursor;
  return { ...mergeRows(base, page.items), olderCursor, revision: Math.max(base.revision, revision) };
}
