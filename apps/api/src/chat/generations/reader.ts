import type { Place } from '@chatbox/contracts';
import { Injectable } from '@nestjs/common';
import { Metrics } from '../../metrics/metrics.ts';
import { Fanout, type GenerationEvent, type Watcher } from './fanout.ts';
import { LiveGenerations } from './live-generations.ts';
import { Mirrors, type Newcomer, type UpToDate } from './mirrors.ts';

export type Sink = (event: GenerationEvent) => void;

/** Brings a reader up to date with one generation, wherever that runs, and keeps it so. */
@Injectable()
export class Reader {
  constructor(
    private readonly alive: LiveGenerations,
    private readonly mirrors: Mirrors,
    private readonly fanout: Fanout,
    private readonly metrics: Metrics,
  ) {}

  /**
   * Tells `sink` what it lacks since `place`, then all that comes, through to `end`. No gap between the two: catching up and
   * watching begin in the same turn of the event loop. Call the result to leave.
   */
  follow(generationId: string, place: Place | undefined, sink: Sink): () => void {
    const watcher: Watcher = { hear: ({ event }) => sink(event as GenerationEvent) };
    const leave = this.join(generationId, place, sink, watcher, () =>
      this.fanout.generations.add(generationId, watcher),
    );
    return () => {
      leave();
      this.fanout.generations.delete(generationId, watcher);
    };
  }

  /** The same for a `watcher` that watches the whole conversation anyway, from this turn of the event loop on. */
  bridge(generationId: string, place: Place | undefined, sink: Sink, watcher: Watcher): () => void {
    return this.join(generationId, place, sink, watcher, () => {});
  }

  /** What a reader at `place` has to be told; who came back with one is counted. */
  lacking(known: UpToDate, place: Place | undefined): GenerationEvent[] {
    const events = known.catchUp(place);
    if (place) this.metrics.resumed(events[0]?.type === 'reset' ? 'reset' : 'recovered');
    return events;
  }

  private join(
    generationId: string,
    place: Place | undefined,
    sink: Sink,
    watcher: Watcher,
    watch: () => void,
  ): () => void {
    const newcomer: Newcomer = {
      gone: false,
      place,
      watcher,
      meet: (known) => {
        for (const event of this.lacking(known, place)) if (!newcomer.gone) sink(event);
        if (!newcomer.gone) watch();
      },
    };
    const live = this.alive.get(generationId);
    if (live) newcomer.meet(live);
    else this.mirrors.show(generationId, newcomer);
    return () => {
      newcomer.gone = true;
    };
  }
}
