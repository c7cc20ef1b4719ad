import type { End, Place } from '@chatbox/contracts';
import { Injectable } from '@nestjs/common';
import { Logger } from '../../common/logger.ts';
import { MessageStore } from '../messages/message-store.ts';
import { Answer, replay } from './answer.ts';
import { Fanout, type GenerationEvent, type Watcher } from './fanout.ts';
import type { GenerationRow } from './generation-row.ts';
import { GenerationStore } from './generation-store.ts';
import { type LiveGeneration, missing } from './live-generation.ts';
import { LiveGenerations } from './live-generations.ts';

/** How often the database is asked about a generation that nobody on this node answers. */
const POLL_MILLISECONDS = 300;

export type Sink = (event: GenerationEvent) => void;

/** Brings a reader up to date with one generation, and keeps it so while this node does not own it. */
@Injectable()
export class Reader {
  constructor(
    private readonly store: GenerationStore,
    private readonly messages: MessageStore,
    private readonly alive: LiveGenerations,
    private readonly fanout: Fanout,
    private readonly logger: Logger,
  ) {}

  /**
   * Tells `sink` what it lacks since `place`, then all that comes, through to `end`. No gap between the two: a live
   * generation is read and watched in the same turn of the event loop. Call the result to leave.
   */
  follow(generationId: string, place: Place | undefined, sink: Sink): () => void {
    const reading = { gone: false };
    const watcher: Watcher = { hear: ({ event }) => sink(event as GenerationEvent) };
    this.poll(generationId, place, sink, reading, (live, at) => {
      for (const event of live.catchUp(at)) sink(event);
      if (!reading.gone) this.fanout.generations.add(generationId, watcher);
    });
    return () => {
      reading.gone = true;
      this.fanout.generations.delete(generationId, watcher);
    };
  }

  /**
   * The same for somebody who watches the whole conversation anyway: reads until the generation ends or is live here, whose
   * start is announced to the conversation with a reset.
   */
  bridge(generationId: string, place: Place | undefined, sink: Sink): () => void {
    const reading = { gone: false };
    this.poll(generationId, place, sink, reading, () => {});
    return () => {
      reading.gone = true;
    };
  }

  private poll(
    generationId: string,
    place: Place | undefined,
    sink: Sink,
    reading: { gone: boolean },
    onLive: (live: LiveGeneration, at: Place | undefined) => void,
  ): void {
    const look = async (): Promise<void> => {
      let at = place;
      while (!reading.gone) {
        const live = this.alive.get(generationId);
        if (live) return onLive(live, at);
        const row = await this.store.read(generationId);
        if (!row || reading.gone) return;
        if (this.alive.get(generationId)) continue;
        at = await this.fromDatabase(row, at, sink);
        if (row.status !== 'running') return;
        await new Promise((resolve) => setTimeout(resolve, POLL_MILLISECONDS));
      }
    };
    look().catch((error: unknown) =>
      this.logger.warn({ err: error, generationId }, 'a reader could not be brought up to date'),
    );
  }

  private async fromDatabase(row: GenerationRow, place: Place | undefined, sink: Sink): Promise<Place> {
    const { parts, frames } = await this.store.durable(row);
    const answer = replay(Answer.of(parts), row.status === 'running' ? frames : []);
    const { id: generationId, attempt, status } = row;
    const whole = { generationId, attempt, position: answer.position, text: answer.text, parts: answer.parts };
    if (!place) sink({ type: 'snapshot', status, ...whole });
    else if (place.attempt !== attempt || place.position > answer.position) sink({ type: 'reset', ...whole });
    else for (const delta of missing(generationId, attempt, answer, place.position)) sink(delta);
    if (status !== 'running') sink(await this.endOf(row, answer.position));
    return { generationId, attempt, position: answer.position };
  }

  private async endOf(row: GenerationRow, position: number): Promise<End> {
    const [message] = await this.messages.read([row.messageId]);
    if (row.status === 'running') throw new Error('a running generation has no end');
    return {
      type: 'end',
      generationId: row.id,
      attempt: row.attempt,
      position,
      status: row.status,
      usage: message?.usage ?? null,
      costMicros: message?.costMicros ?? null,
      error: row.error,
    };
  }
}
