import { setTimeout as pause } from 'node:timers/promises';
import { type OutboxItem, when } from '@chatbox/chat-client';
import type { Conversation } from '@chatbox/contracts';
import { wishOf } from '../mock-model/directives.ts';
import { seedOf, words } from '../mock-model/words.ts';
import type { Person } from './crowd.ts';
import type { History } from './history.ts';
import type { Random } from './random.ts';
import { follow } from './stream.ts';
import { Tab } from './tab.ts';

const LOOK_MILLISECONDS = 5;

/** How long the answers of a run are; a fault has to find them under way. */
export interface Pace {
  tokens: [least: number, most: number];
  delayMilliseconds: [least: number, most: number];
  /** Questions of each person, one after the other; one where it is not given. */
  turns?: number;
}

export interface TalkOptions {
  url: string;
  /** The same place by the way that is disturbed. */
  phoneUrl: string;
  history: History;
  random: Random;
  /** One value of a figure of the report. */
  note: (figure: string, value: number) => void;
}

/** One conversation of one person, open in two tabs: what is asked in it, watched, stopped and asked again. */
export class Talk {
  readonly tabs: readonly [Tab, Tab];
  readonly conversationId: string;
  /** Of all answers that were asked for and acknowledged here. */
  readonly generations: string[] = [];
  private readonly history: History;
  private readonly random: Random;
  private readonly note: TalkOptions['note'];

  private constructor(
    tabs: readonly [Tab, Tab],
    conversationId: string,
    history: History,
    random: Random,
    note: TalkOptions['note'],
  ) {
    this.tabs = tabs;
    this.conversationId = conversationId;
    this.history = history;
    this.random = random;
    this.note = note;
  }

  static async open(person: Person, { url, phoneUrl, history, random, note }: TalkOptions): Promise<Talk> {
    const model = random.pick(['openai/mock-large', 'anthropic/mock-large']);
    const conversationId = (await person.post<Conversation>('/api/v1/conversations', { title: 'A drill', model })).id;
    const { name, token } = person;
    const { acknowledged } = history;
    const onFailure = (): void => note('requests of chat clients that failed and were repeated', 1);
    const common = { token, conversationId, acknowledged, onFailure };
    const tabs = await Promise.all([
      Tab.open({ name: `${name}'s laptop`, url, ...common }),
      Tab.open({ name: `${name}'s phone`, url: phoneUrl, ...common }),
    ]);
    history.readers.push(...tabs);
    return new Talk(tabs, conversationId, history, random, note);
  }

  /** Rejects when the signal says that it takes too long. */
  async go(pace: Pace, signal: AbortSignal): Promise<void> {
    for (let turn = 0; turn < (pace.turns ?? 1); turn += 1) await this.turn(pace, signal);
  }

  /** Asks, watches to the end in both tabs, and perhaps goes on. */
  private async turn(pace: Pace, signal: AbortSignal): Promise<void> {
    const { random } = this;
    const { generationId, item } = await this.ask(pace, signal);
    const stopping = random.chance(0.2) ? this.stop(generationId, random.whole(1, 300), signal) : undefined;
    const streaming = random.chance(0.4) ? this.stream(generationId, signal) : undefined;
    const meanwhile = random.chance(0.25) ? this.askMeanwhile(generationId, pace, signal) : undefined;
    const next = random.between(0, 1);
    await Promise.all([this.ended(generationId, signal), stopping, streaming, meanwhile]);
    if (meanwhile) return;
    if (next < 0.25) await this.goOn(item, pace, signal);
    else if (next < 0.4) await this.ended(await this.askAgain(generationId, signal), signal);
    else if (next < 0.7) await this.sendAgain(random.pick(this.tabs), item);
  }

  /** Another message while an answer is being written, in one of the tabs that show it: it waits for its end, and goes behind it. */
  private async askMeanwhile(running: string, pace: Pace, signal: AbortSignal): Promise<void> {
    const tab = this.random.pick(this.tabs);
    await tab.until(() => tab.answer(running) !== undefined, signal);
    const { generationId } = await this.ask(pace, signal, tab);
    await this.ended(generationId, signal);
  }

  /** A second question; perhaps the first one comes once more behind it, as a retry that was overtaken. */
  private async goOn(earlier: OutboxItem, pace: Pace, signal: AbortSignal): Promise<void> {
    const isOvertaken = this.random.chance(0.5);
    const { generationId } = await this.ask(pace, signal);
    if (isOvertaken) await this.sendAgain(this.random.pick(this.tabs), earlier);
    await this.ended(generationId, signal);
  }

  /** Resolves when so many characters of its newest answer are on a screen, or it has ended there. Which is the newest is known by no screen. */
  async untilCharacter(count: number, signal: AbortSignal): Promise<void> {
    const [tab] = this.tabs;
    for (;;) {
      const answer = tab.answer(this.newest);
      if (answer && (answer.text.length >= count || answer.status !== 'running')) return;
      await pause(LOOK_MILLISECONDS, undefined, { signal });
    }
  }

  /** Id of the newest answer; nobody's where nothing has been asked yet. */
  get newest(): string {
    return this.generations.at(-1) ?? '00000000-0000-0000-0000-000000000000';
  }

  /** Something on a screen has no end yet. */
  get isRunning(): boolean {
    return this.tabs.some((tab) => tab.isRunning);
  }

  close(): void {
    for (const tab of this.tabs) tab.close();
  }

  private async ask(
    pace: Pace,
    signal: AbortSignal,
    asking = this.random.pick(this.tabs),
  ): Promise<{ generationId: string; item: OutboxItem }> {
    const { random } = this;
    const content = `[[tokens:${random.whole(...pace.tokens)}]] [[delay:${random.whole(...pace.delayMilliseconds)}]] question ${random.whole(0, 1e9)}`;
    const other = asking === this.tabs[0] ? this.tabs[1] : this.tabs[0];
    const item = asking.feed.send(content);
    const twice = random.chance(0.3) ? this.sendAgain(other, item) : undefined;
    await this.sent(asking, item, signal);
    await twice;
    const said = this.history.acknowledged.find(({ clientMessageId }) => clientMessageId === item.clientMessageId);
    if (!said) throw new Error(`a message left the outbox of ${asking.name} without an acknowledgement`);
    this.begins(said.generationId, content);
    if (random.chance(0.5)) await this.readBack(other, said.messageId);
    return { generationId: said.generationId, item };
  }

  /** Presses "send again" where the client has given up. */
  private async sent({ client: { outbox } }: Tab, { clientMessageId }: OutboxItem, signal: AbortSignal): Promise<void> {
    const own = (items: readonly OutboxItem[]) => items.find((item) => item.clientMessageId === clientMessageId);
    for (;;) {
      await when(outbox.items, (items) => (own(items)?.state ?? 'failed') === 'failed', signal);
      if (!own(outbox.items.getSnapshot())) return;
      this.note('messages that somebody had to send again by hand', 1);
      outbox.retry(clientMessageId);
    }
  }

  /** A second answer to the same question. */
  private async askAgain(generationId: string, signal: AbortSignal): Promise<string> {
    const [tab] = this.tabs;
    const entry = tab.feed.view.getSnapshot().entries.find(({ message }) => message.generation?.id === generationId);
    if (!entry) throw new Error(`${generationId} is not on the screen`);
    while (!signal.aborted) {
      try {
        const { generation } = await tab.feed.regenerate(entry.message.id);
        this.begins(generation.id, undefined, generationId);
        return generation.id;
      } catch (error) {
        if (!(error as { retry?: boolean }).retry) throw error;
        await pause(100);
      }
    }
    throw new Error('a second answer could not be asked for');
  }

  private begins(generationId: string, content: string | undefined, like = ''): void {
    this.generations.push(generationId);
    const { expected } = this.history;
    expected.set(generationId, content === undefined ? (expected.get(like) ?? '') : saidTo(content));
  }

  /** The same message once more, as a retry that was doubled or is late. Only an answer counts. */
  private async sendAgain(tab: Tab, { clientMessageId, content, parentId }: OutboxItem): Promise<void> {
    const body = { clientMessageId, content, ...(parentId !== undefined && { parentId }) };
    await tab.client.rest.call('messages.send', { id: this.conversationId, body }).catch(() => undefined);
  }

  /** Only an answer counts: a list that could not be had says nothing. */
  private async readBack(tab: Tab, messageId: string): Promise<void> {
    const list = await tab.client.rest.call('messages.list', { id: this.conversationId }).catch(() => undefined);
    if (list) this.history.readBacks.push({ messageId, found: list.items.some(({ id }) => id === messageId) });
  }

  /** The same answer as a program follows it, by server-sent events. */
  private async stream(generationId: string, signal: AbortSignal): Promise<void> {
    const { client, name } = this.tabs[1];
    const reader = {
      name: `${name}, by events`,
      conversationId: this.conversationId,
      frames: [],
      shown: [],
    };
    this.history.readers.push(reader);
    await follow(client.follow(generationId, { signal }), reader);
  }

  private async stop(generationId: string, character: number, signal: AbortSignal): Promise<void> {
    await this.untilCharacter(character, signal);
    const { rest } = this.random.pick(this.tabs).client;
    for (let answered = false; !answered && !signal.aborted; ) {
      const answer = await rest.call('generations.stop', { id: generationId }).catch(() => undefined);
      answered = answer !== undefined;
      if (answer) this.history.stopped.push({ generationId, status: answer.generation.status });
      else await pause(100);
    }
  }

  private async ended(generationId: string, signal: AbortSignal): Promise<void> {
    const isOver = (tab: Tab): boolean => (tab.answer(generationId)?.status ?? 'running') !== 'running';
    await Promise.all(this.tabs.map((tab) => tab.until(() => isOver(tab), signal)));
  }
}

/** What the model server says to it, every time. */
const saidTo = (content: string): string => words(seedOf(content), wishOf(content, {}).tokens).join('');
