import { setTimeout as pause } from 'node:timers/promises';
import type { Conversation } from '@chatbox/contracts';
import type { Person } from './crowd.ts';

interface Attempt {
  began: number;
  ended: number;
  ok: boolean;
}

const RETRY_MILLISECONDS = 1_000;
const TIMEOUT_MILLISECONDS = 40_000;
/** Between two requests of one hand. */
const REST_MILLISECONDS = 15;

/** Somebody who renames a conversation and reads it again, all the time, and repeats once what did not succeed. */
export class Load {
  private readonly url: string;
  private readonly token: string;
  private readonly over = new AbortController();
  private readonly attempts: Attempt[] = [];
  private working: Promise<unknown> = Promise.resolve();
  /** Requests that failed, and those whose repetition a second later failed too. */
  failed = 0;
  failedTwice = 0;
  requests = 0;
  /** Names that were acknowledged and that a reading afterwards did not find. */
  staleReads = 0;

  private constructor(url: string, token: string) {
    this.url = url;
    this.token = token;
  }

  static async begin(url: string, person: Person, hands = 2): Promise<Load> {
    const load = new Load(url, person.token);
    const conversations = await Promise.all(
      Array.from({ length: hands }, () => person.post<Conversation>('/api/v1/conversations', { title: 'load' })),
    );
    load.working = Promise.all(conversations.map(({ id }) => load.work(`/api/v1/conversations/${id}`)));
    return load;
  }

  async end(): Promise<void> {
    this.over.abort();
    await this.working;
  }

  /** When the first write that succeeded at or after this moment was answered. */
  writtenSince(at: number): number | undefined {
    return this.attempts.find(({ ended, ok }) => ok && ended >= at)?.ended;
  }

  /** The longest time between two writes that succeeded, since `at`. */
  longestGap(at: number): number {
    const ends = this.attempts.filter(({ ok, ended }) => ok && ended >= at).map(({ ended }) => ended);
    return Math.max(0, ...ends.map((end, index) => end - (ends[index - 1] ?? at)));
  }

  /** Of writes that began in between, in milliseconds. */
  latencies(from: number, to: number): number[] {
    return this.attempts
      .filter(({ began, ok }) => ok && began >= from && began < to)
      .map(({ began, ended }) => ended - began);
  }

  private async work(path: string): Promise<void> {
    for (let turn = 0; !this.over.signal.aborted; turn += 1) {
      const title = `load ${turn}`;
      const written = await this.ask('PATCH', path, { title });
      const read = written && (await this.ask('GET', path));
      if (read && (read as Conversation).title !== title) this.staleReads += 1;
      await pause(REST_MILLISECONDS);
    }
  }

  private async ask(method: string, path: string, body?: object): Promise<unknown> {
    this.requests += 1;
    const first = await this.once(method, path, body);
    if (first !== undefined || this.over.signal.aborted) return first;
    this.failed += 1;
    await pause(RETRY_MILLISECONDS);
    const second = await this.once(method, path, body);
    if (second === undefined && !this.over.signal.aborted) this.failedTwice += 1;
    return second;
  }

  /** Undefined where there was no answer, or one that says to come again. */
  private async once(method: string, path: string, body?: object): Promise<unknown> {
    const began = performance.now();
    const headers = { authorization: `Bearer ${this.token}`, ...(body && { 'content-type': 'application/json' }) };
    const signal = AbortSignal.any([AbortSignal.timeout(TIMEOUT_MILLISECONDS), this.over.signal]);
    let answer: unknown;
    try {
      const response = await fetch(this.url + path, {
        method,
        headers,
        signal,
        ...(body && { body: JSON.stringify(body) }),
      });
      if (response.ok) answer = await response.json();
      else await response.body?.cancel();
    } catch {
      answer = undefined;
    }
    if (method === 'PATCH') this.attempts.push({ began, ended: performance.now(), ok: answer !== undefined });
    return answer;
  }
}
