import { setTimeout as pause } from 'node:timers/promises';
import { violations } from './checker.ts';
import type { Person } from './crowd.ts';
import type { History, Holdings, Reader } from './history.ts';
import { Load } from './load.ts';
import type { Planned } from './plan.ts';
import { randomFrom } from './random.ts';
import type { Scene } from './scenario.ts';
import type { Stage } from './stage.ts';
import { type Pace, Talk } from './talk.ts';

export interface Outcome {
  run: number;
  scenario: string;
  /** `--seed <seed> --only <scenario> --runs 1` does the same again. */
  seed: number;
  seconds: number;
  /** Acknowledged ones, and characters of the answers that are kept. */
  messages: number;
  characters: number;
  violations: string[];
  figures: Record<string, number[]>;
  /** What everybody saw in a bad run, to find out why. */
  evidence?: { readers: Pick<Reader, 'name' | 'frames' | 'shown'>[]; databases: Record<string, string> };
  /** What was broken did not heal: the next run needs another stage. */
  isStageBroken?: boolean;
}

const PEOPLE = 4;
const PACE: Pace = { tokens: [30, 90], delayMilliseconds: [7, 14] };
/** Promise 3. What is asked last takes as long as it takes on top of that. */
const SETTLE_MILLISECONDS = 15_000;
/** Of one turn, one after the other: a question, and perhaps another one. */
const MOST_ANSWERS = 2;
const DISTURB_MILLISECONDS = 90_000;
const HEAL_MILLISECONDS = 60_000;

/** One scenario once: people talk, something breaks, everybody sees the end, and what they saw is checked. */
export const perform = async (stage: Stage, { run, seed, scenario }: Planned): Promise<Outcome> => {
  const began = performance.now();
  const { pace = PACE, people = PEOPLE } = scenario;
  const history: History = { acknowledged: [], readBacks: [], stopped: [], readers: [], expected: new Map() };
  const figures: Record<string, number[]> = {};
  const found: string[] = [];
  let characters = 0;
  const note = (figure: string, value: number): void => {
    figures[figure] = [...(figures[figure] ?? []), value];
  };
  const [busy, ...talkers] = (await stage.crowd.take(people + 1)) as [Person, ...Person[]];
  const load = await Load.begin(stage.cluster.url, busy);
  const addresses = { url: stage.cluster.url, phoneUrl: stage.phoneUrl };
  const talks = await Promise.all(
    talkers.map((person, index) =>
      Talk.open(person, { ...addresses, history, random: randomFrom(seed * 100 + index), note }),
    ),
  );
  const complain = (what: string): void => void found.push(what);
  try {
    const over = new AbortController();
    const { signal } = over;
    const scene: Scene = { stage, random: randomFrom(seed * 100 - 1), talks, load, signal, note, complain };
    const talking = Promise.allSettled(talks.map((talk) => talk.go(pace, signal)));
    const tooLong = (milliseconds: number, what: string): NodeJS.Timeout =>
      setTimeout(() => over.abort(new Error(`${what} after ${Math.round(milliseconds / 1000)} s`)), milliseconds);
    let timer = tooLong(DISTURB_MILLISECONDS, 'the disturbance was not over');
    const afterwards = await scenario.disturb(scene).catch((error: unknown) => {
      complain(`could not be done: ${error instanceof Error ? error.message : error}`);
      return undefined;
    });
    clearTimeout(timer);
    timer = tooLong(SETTLE_MILLISECONDS + longestTalk(pace), 'not everybody saw the end');
    for (const [index, result] of (await talking).entries())
      if (result.status === 'rejected') complain(`${talkers[index]?.name}: ${result.reason}; ${stateOf(talks[index])}`);
    clearTimeout(timer);
    await load.end();
    if (load.staleReads > 0) complain(`${load.staleReads} reads did not find what had been written before`);
    const holdings = await settled(stage, talks);
    found.push(...violations(history, holdings));
    afterwards?.(holdings);
    characters = holdings.messages.reduce((sum, { text }) => sum + text.length, 0);
    const interrupted = holdings.generations.filter(({ status }) => status === 'interrupted').length;
    if (interrupted > 0) note('answers that ended as interrupted', interrupted);
  } catch (error) {
    complain(`could not be checked: ${error instanceof Error ? error.message : error}`);
  } finally {
    await load.end();
    for (const talk of talks) talk.close();
  }
  const isStageBroken = await stage.whole(AbortSignal.timeout(HEAL_MILLISECONDS)).then(
    () => false,
    () => true,
  );
  if (isStageBroken) found.push(`not everything was whole again ${HEAL_MILLISECONDS / 1000} s after the end`);
  const seconds = (performance.now() - began) / 1000;
  const messages = new Set(history.acknowledged.map(({ clientMessageId }) => clientMessageId)).size;
  const outcome = { run, scenario: scenario.name, seed, seconds, messages, characters, violations: found, figures };
  if (found.length === 0) return outcome;
  return {
    ...outcome,
    isStageBroken,
    evidence: {
      readers: history.readers.map(({ name, frames, shown }) => ({ name, frames, shown })),
      databases: await stage.cluster.postgres.state().catch((error: unknown) => ({ unknown: String(error) })),
    },
  };
};

/**
 * What is kept when everything has its end. Somebody may have asked twice for another answer, because the first
 * acknowledgement was lost; that one is nobody's and ends too.
 */
const settled = async (stage: Stage, talks: readonly Talk[]): Promise<Holdings> => {
  const ids = talks.map(({ conversationId }) => conversationId);
  const deadline = performance.now() + SETTLE_MILLISECONDS;
  for (;;) {
    const holdings = await stage.holdings(ids);
    const isOver =
      holdings.generations.every(({ status }) => status !== 'running') && talks.every((talk) => !talk.isRunning);
    if (isOver || performance.now() > deadline) return holdings;
    await pause(50);
  }
};

const longestTalk = ({ tokens: [, tokens], delayMilliseconds: [, delay], turns = 1 }: Pace): number =>
  tokens * delay * MOST_ANSWERS * turns + 2_000;

const stateOf = (talk: Talk | undefined): string =>
  (talk?.tabs ?? [])
    .map((tab) => {
      const answers = talk?.generations.map((id) => tab.answer(id));
      const said = answers?.map((answer) =>
        answer ? `${answer.status} ${answer.attempt}.${answer.text.length}` : 'unseen',
      );
      return `${tab.name} is ${tab.client.state.getSnapshot().status} and shows ${said?.join(', ') || 'nothing'}`;
    })
    .join('; ');
