import type { Frame, History, Holdings, Reader, Shown } from './history.ts';

type Complain = (what: string) => void;

/** What of the promises does not hold, in words; empty where all of them do. */
export const violations = (history: History, holdings: Holdings): string[] => {
  const found: string[] = [];
  const complain: Complain = (what) => void found.push(what);
  messagesAreKept(history, holdings, complain);
  for (const reader of history.readers) {
    charactersCameOnce(reader, complain);
    screensOnlyGrow(reader, complain);
    endsOnce(reader, complain);
    sawWhatIsKept(reader, history, holdings, complain);
  }
  everybodySawTheSame(history.readers, complain);
  answersAreWhatTheModelSaid(history, holdings, complain);
  callsAreBooked(holdings, complain);
  return found;
};

/** No acknowledged message is lost, a repetition is the same message, and who reads after writing finds it. */
const messagesAreKept = ({ acknowledged, readBacks }: History, { messages }: Holdings, complain: Complain): void => {
  const idOf = new Map<string, string>();
  for (const { clientMessageId, messageId } of acknowledged) {
    const known = idOf.get(clientMessageId) ?? messageId;
    if (known !== messageId) complain(`message ${clientMessageId} was acknowledged as ${known} and as ${messageId}`);
    idOf.set(clientMessageId, messageId);
  }
  for (const [clientMessageId, messageId] of idOf) {
    const kept = messages.filter((message) => message.clientMessageId === clientMessageId);
    if (kept.length !== 1) complain(`message ${clientMessageId} was acknowledged and is kept ${kept.length} times`);
    else if (kept[0]?.id !== messageId)
      complain(`message ${clientMessageId} is kept under another id than acknowledged`);
  }
  for (const { messageId, found } of readBacks)
    if (!found) complain(`message ${messageId} was acknowledged and not in a list that was read afterwards`);
};

/** Within a connection every frame goes on where the one before ended, or says that it does not. */
const charactersCameOnce = ({ name, frames }: Reader, complain: Complain): void => {
  const places = new Map<string, Frame>();
  for (const frame of frames) {
    const { connection, subscription, generationId, type, attempt, position, text = '' } = frame;
    const key = `${connection} ${generationId}`;
    const before = places.get(key);
    places.set(key, frame);
    const where = `${name}: ${generationId}, ${type} to ${attempt}.${position}`;
    if (type === 'end') {
      if (before && before.type !== 'end' && before.attempt === attempt && before.position !== position)
        complain(`${where}: the end is not where the text ended, ${before.attempt}.${before.position}`);
      continue;
    }
    if (before?.type === 'end' && type === 'delta') complain(`${where}: text came after the end`);
    if (type !== 'delta') {
      if (text.length !== position) complain(`${where}: the whole text is ${text.length} long`);
      continue;
    }
    if (!before || before.type === 'end') continue;
    const begin = position - text.length;
    if (before.attempt !== attempt) complain(`${where}: the attempt changed from ${before.attempt} without a reset`);
    else if (begin > before.position) complain(`${where}: characters from ${before.position} to ${begin} are missing`);
    else if (begin < before.position && before.subscription === subscription)
      complain(`${where}: characters from ${begin} to ${before.position} came again`);
  }
};

/** What a person saw stays. The model says the same to everybody, so that no attempt has a reason to begin anew. */
const screensOnlyGrow = ({ name, shown }: Reader, complain: Complain): void => {
  const last = new Map<string, Shown>();
  for (const now of shown) {
    const before = last.get(now.generationId);
    last.set(now.generationId, now);
    if (!before) continue;
    const where = `${name}: ${now.generationId}`;
    if (!now.text.startsWith(before.text))
      complain(`${where}: what was shown, ${before.text.length} characters, became others, ${now.text.length} of them`);
    if (before.status !== 'running' && now.status !== before.status)
      complain(`${where}: was shown as ${before.status} and then as ${now.status}`);
    if (now.attempt < before.attempt) complain(`${where}: went from attempt ${before.attempt} to ${now.attempt}`);
  }
};

const endsOnce = ({ name, frames }: Reader, complain: Complain): void => {
  const ends = new Map<string, Frame>();
  for (const frame of frames.filter(({ type }) => type === 'end')) {
    const first = ends.get(frame.generationId) ?? frame;
    ends.set(frame.generationId, first);
    if (first.status !== frame.status || first.position !== frame.position || first.attempt !== frame.attempt)
      complain(`${name}: ${frame.generationId} ended twice, ${placeOf(first)} and ${placeOf(frame)}`);
  }
};

const placeOf = ({ status, attempt, position }: Frame): string => `${status} at ${attempt}.${position}`;

/** The screen at the end has every message that was acknowledged, and is what is kept, in the same order. */
const sawWhatIsKept = (reader: Reader, { acknowledged }: History, holdings: Holdings, complain: Complain): void => {
  const { name, conversationId, order, shown } = reader;
  const kept = holdings.messages.filter((message) => message.conversationId === conversationId);
  const ids = kept.map(({ id }) => id);
  for (const { messageId, conversationId: where } of acknowledged)
    if (order && where === conversationId && !order.includes(messageId))
      complain(`${name}: message ${messageId} was acknowledged and is not on the screen`);
  if (order && order.join() !== ids.filter((id) => order.includes(id)).join())
    complain(`${name}: messages stand in the order ${order.join()}, they were made in the order ${ids.join()}`);
  for (const { id, messageId, status } of holdings.generations) {
    if (!ids.includes(messageId)) continue;
    const seen = shown.findLast(({ generationId }) => generationId === id);
    if (!seen) continue;
    const { text } = kept.find((message) => message.id === messageId) ?? { text: '' };
    if (seen.status === 'running') complain(`${name}: ${id} was never shown as ended; it is ${status}`);
    else if (seen.status !== status) complain(`${name}: ${id} was shown as ${seen.status}; it is ${status}`);
    if (seen.text !== text)
      complain(`${name}: ${id} was shown with ${seen.text.length} characters, kept are ${text.length}`);
  }
};

/** The same place of the same attempt holds the same characters for everybody. */
const everybodySawTheSame = (readers: readonly Reader[], complain: Complain): void => {
  const known = new Map<string, string>();
  for (const { name, frames } of readers)
    for (const { generationId, attempt, position, text } of frames) {
      if (text === undefined) continue;
      const key = `${generationId} ${attempt}`;
      const before = known.get(key) ?? '';
      const begin = position - text.length;
      const common = before.slice(begin, position);
      if (begin <= before.length && text.startsWith(common))
        known.set(key, before.slice(0, begin) + text + before.slice(position));
      else if (begin <= before.length)
        complain(`${name}: ${key} holds other characters from ${begin} on than others saw`);
    }
};

const TERMINAL = ['completed', 'stopped', 'failed', 'interrupted'];

const answersAreWhatTheModelSaid = (history: History, holdings: Holdings, complain: Complain): void => {
  for (const { id, messageId, status } of holdings.generations) {
    if (!TERMINAL.includes(status)) complain(`generation ${id} is ${status} and has no end`);
    if (status === 'failed') complain(`generation ${id} failed, and the model did not`);
    const text = holdings.messages.find((message) => message.id === messageId)?.text;
    const expected = history.expected.get(id);
    if (expected === undefined || text === undefined) continue;
    if (!expected.startsWith(text)) complain(`generation ${id} holds what the model did not say`);
    if (status === 'completed' && text !== expected)
      complain(`generation ${id} is complete with ${text.length} of ${expected.length} characters`);
  }
  for (const { generationId, status } of history.stopped) {
    const kept = holdings.generations.find(({ id }) => id === generationId)?.status;
    if (status !== 'running' && status !== kept)
      complain(`generation ${generationId} was ${status} to who stopped it; it is ${kept}`);
  }
};

/** One row of the ledger for each call of a provider, and the last one ended as the generation did. */
const callsAreBooked = ({ generations, ledger, sums }: Holdings, complain: Complain): void => {
  for (const { id, attempt, status } of generations) {
    const booked = ledger
      .filter(({ generationId }) => generationId === id)
      .map((row) => `${row.attempt} ${row.outcome}`);
    const due = Array.from(
      { length: attempt },
      (_, index) => `${index + 1} ${index + 1 < attempt ? 'abandoned' : status}`,
    );
    if (booked.join() !== due.join())
      complain(`generation ${id} is booked as ${booked.join() || 'nothing'}, due is ${due.join()}`);
  }
  for (const { conversationId, exact } of sums)
    if (!exact) complain(`conversation ${conversationId} does not show the sum of its calls`);
};
