import { Bus, Engine, LimitStore, type Spent } from '@chatbox/engine';
import type { Tracing } from '../metrics/tracing/tracing.ts';

/** A command of Redis as a step of a trace: what is asked of it, never of what and with which values. */
export const commandStep = <T>(tracing: Tracing, command: string, work: () => Promise<T>): Promise<T> =>
  tracing.part(command, 'client', { 'db.system.name': 'redis', 'db.operation.name': command }, work);

/** The same engine, whose commands show in traces. */
export class TracedEngine extends Engine {
  readonly bus: Bus;
  readonly limits: LimitStore;

  constructor(
    private readonly engine: Engine,
    tracing: Tracing,
  ) {
    super();
    this.bus = new TracedBus(engine.bus, tracing);
    this.limits = new TracedLimits(engine.limits, tracing);
  }

  get nodeId(): string {
    return this.engine.nodeId;
  }

  get isShared(): boolean {
    return this.engine.isShared;
  }

  get redis(): Engine['redis'] {
    return this.engine.redis;
  }

  close(): Promise<void> {
    return this.engine.close();
  }
}

class TracedBus extends Bus {
  constructor(
    private readonly bus: Bus,
    private readonly tracing: Tracing,
  ) {
    super();
  }

  get isLive(): boolean {
    return this.bus.isLive;
  }

  get gaps(): number {
    return this.bus.gaps;
  }

  publish(topic: string, hint: string): Promise<number> {
    return commandStep(this.tracing, 'PUBLISH', () => this.bus.publish(topic, hint));
  }

  subscribe(topic: string, onHint: (hint: string) => void): Promise<() => Promise<void>> {
    return commandStep(this.tracing, 'SUBSCRIBE', () => this.bus.subscribe(topic, onHint));
  }
}

class TracedLimits extends LimitStore {
  constructor(
    private readonly limits: LimitStore,
    private readonly tracing: Tracing,
  ) {
    super();
  }

  get canBeAway(): boolean {
    return this.limits.canBeAway;
  }

  spend(key: string, windowSeconds: number): Promise<Spent> {
    return commandStep(this.tracing, 'EVALSHA', () => this.limits.spend(key, windowSeconds));
  }

  read(key: string): Promise<Spent | null> {
    return commandStep(this.tracing, 'GET', () => this.limits.read(key));
  }

  forget(key: string): Promise<void> {
    return commandStep(this.tracing, 'DEL', () => this.limits.forget(key));
  }
}
