import { statfs } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ERRORS, type ErrorCode } from '@chatbox/contracts';
import { VERSION } from '../common/version.ts';
import type { ConfigValues } from '../config/config.ts';
import { ActiveUsers } from './active-users.ts';
import { EventLoop } from './event-loop.ts';
import { type Figures, figuresOf } from './figures.ts';
import { type Family, type Format, Instruments } from './instruments.ts';

type PoolName = 'primary' | 'read';
type HealthCheck = 'database' | 'migrations' | 'engine' | 'disk' | 'node_lease';
/** As `labelsOf` in providers/catalogue.ts gives them. */
export interface ModelLabels {
  provider: string;
  model: string;
}

/**
 * What rooms tell of themselves, in their own words; they never see the library. What each figure means is in figures.ts. Costs next
 * to nothing, never throws for what it is given, and does nothing at all where nobody watches (MONITORING_SERVICE=none).
 */
export class Metrics {
  private readonly instruments: Instruments;
  private readonly figures: Figures;
  private readonly users = new ActiveUsers();
  private readonly eventLoop: EventLoop | undefined;
  private readonly fills: (() => void | Promise<void>)[] = [];
  /** Thousands a second: counted here, and added before a reading. */
  private readonly frames = { in: 0, out: 0 };

  constructor(private readonly config: Pick<ConfigValues, 'MONITORING_SERVICE' | 'DATA_DIR'>) {
    this.instruments = new Instruments(config.MONITORING_SERVICE !== 'none');
    this.figures = figuresOf(this.instruments);
    this.figures.build.set({ version: VERSION }, 1);
    this.figures.draining.set({}, 0);
    if (!this.instruments.isOn) return;
    this.eventLoop = new EventLoop();
    this.fills.push(() => this.fillOwn());
  }

  close(): void {
    this.eventLoop?.stop();
  }

  /**
   * One request, when its answer is out. `path` is the template of its route (`/api/v1/conversations/:id`), never an address with
   * ids in it; `seconds` from its first byte to the last of its answer. `traceId` where its trace is kept.
   */
  recordHttpRequest(method: string, path: string, status: number, seconds: number, traceId?: string): void {
    this.figures.requests.observe({ method, route: path, status: String(status) }, seconds, traceId);
  }

  /** One message that is through: a question that is stored and being answered, an answer that has its terminal state. */
  recordMessageProcessed(type: 'question' | 'answer', seconds: number): void {
    this.figures.messages.add({ type });
    this.figures.messageTimes.observe({ type }, seconds);
  }

  /** One answer, over whichever door, that was an error. */
  recordError(code: ErrorCode): void {
    this.figures.errors.add({ code });
    const reason = refusalOf(code);
    if (reason) this.figures.refusals.add({ reason });
  }

  /** Every figure as it is now, as text: Prometheus' own format (0.0.4), or OpenMetrics 1.0, which shows exemplars. */
  async getMetrics(format: Format = 'prometheus'): Promise<string> {
    await this.fill();
    return this.instruments.text(format);
  }

  /** The same as data, for whoever keeps or sends it. Empty where nobody watches. */
  async read(): Promise<Family[]> {
    if (!this.instruments.isOn) return [];
    await this.fill();
    return this.instruments.families();
  }

  contentType(format: Format): string {
    return this.instruments.contentType(format);
  }

  /** For what is a state and not an event: `fill` sets it before every reading. What it throws leaves the figure as it was. */
  beforeReading(fill: () => void | Promise<void>): void {
    if (this.instruments.isOn) this.fills.push(fill);
  }

  // The doors.
  readerJoined(door: 'ws' | 'sse'): void {
    (door === 'ws' ? this.figures.sockets : this.figures.eventStreams).change({}, 1);
  }
  readerLeft(door: 'ws' | 'sse'): void {
    (door === 'ws' ? this.figures.sockets : this.figures.eventStreams).change({}, -1);
  }
  readerTooSlow(door: 'ws' | 'sse'): void {
    this.figures.slowReaders.add({ door });
  }
  frameReceived(): void {
    this.frames.in += 1;
  }
  frameSent(): void {
    this.frames.out += 1;
  }
  /** Somebody asked for something. Only how many they are is ever shown. */
  userSeen(userId: string): void {
    if (this.instruments.isOn) this.users.seen(userId);
  }
  /** Call `userDisconnected` as often. */
  userConnected(userId: string): void {
    this.users.connected(userId);
  }
  userDisconnected(userId: string): void {
    this.users.disconnected(userId);
  }
  login(outcome: 'ok' | 'bad_credentials' | 'limited'): void {
    this.figures.logins.add({ outcome });
  }

  passwordWaited(seconds: number): void {
    this.figures.passwordWaits.observe({}, seconds);
  }

  // Messages and answers.
  generationStarted(): void {
    this.figures.running.change({}, 1);
  }
  /** What became of a generation that this process had started: its terminal state, or `lost` to another one; `seconds` since then. */
  generationEnded(status: string, seconds: number): void {
    this.figures.running.change({}, -1);
    this.figures.generations.add({ status });
    if (status !== 'lost') this.recordMessageProcessed('answer', seconds);
    if (status === 'interrupted') this.figures.lostStreams.add({});
  }
  generationTakenOver(outcome: 'continued' | 'restarted' | 'interrupted'): void {
    this.figures.takeovers.add({ outcome });
  }
  resumed(outcome: 'recovered' | 'reset'): void {
    this.figures.resumes.add({ outcome });
  }
  journalFlush(seconds: number, frames: number, traceId?: string): void {
    this.figures.flushes.observe({}, seconds, traceId);
    this.figures.flushed.observe({}, frames);
  }

  // Models.
  firstToken({ provider, model }: ModelLabels, seconds: number, traceId?: string): void {
    this.figures.firstTokens.observe({ provider, model }, seconds, traceId);
  }
  tokenGap({ provider }: ModelLabels, seconds: number): void {
    this.figures.tokenGaps.observe({ provider }, seconds);
  }
  /** `provider` is the slug of the connection. */
  providerFailed(provider: string, code: ErrorCode): void {
    this.figures.providerErrors.add({ provider, code });
  }
  spent(labels: ModelLabels, usage: { inputTokens: number; outputTokens: number; costMicros: number | null }): void {
    this.figures.tokens.add({ ...labels, direction: 'input' }, usage.inputTokens);
    this.figures.tokens.add({ ...labels, direction: 'output' }, usage.outputTokens);
    if (usage.costMicros !== null) this.figures.cost.add({ ...labels }, usage.costMicros);
  }

  // Between nodes.
  hintLost(): void {
    this.figures.lostHints.add({});
  }
  hintsLive(isLive: boolean): void {
    this.figures.liveHints.set({}, isLive ? 1 : 0);
  }

  // What is remembered.
  cacheAsked(what: string, answer: 'memory' | 'shared' | 'stale' | 'miss'): void {
    this.figures.cacheRequests.add({ what, answer });
  }
  cacheForgot(): void {
    this.figures.cacheForgotten.add({});
  }
  cacheSize({ entries, bytes }: { entries: number; bytes: number }): void {
    this.figures.cacheEntries.set({}, entries);
    this.figures.cacheBytes.set({}, bytes);
  }
  redisState({ clients, bytes, keys }: { clients: number; bytes: number; keys: number }): void {
    this.figures.redisClients.set({}, clients);
    this.figures.redisBytes.set({}, bytes);
    this.figures.redisKeys.set({}, keys);
  }

  // The database.
  poolState(pool: PoolName, state: { total: number; idle: number; waiting: number }): void {
    for (const [name, value] of Object.entries(state)) this.figures.pool.set({ pool, state: name }, value);
  }
  poolWaited(pool: PoolName, seconds: number): void {
    this.figures.poolWaits.observe({ pool }, seconds);
  }
  poolSaturated(pool: PoolName): void {
    this.figures.poolSaturations.add({ pool });
  }
  poolLeak(pool: PoolName): void {
    this.figures.poolLeaks.add({ pool });
  }
  readBy(by: 'standby' | 'primary' | 'primary_instead'): void {
    this.figures.reads.add({ by });
  }

  // This process.
  nodeNamed(node: string): void {
    this.figures.node.set({ node }, 1);
  }
  draining(): void {
    this.figures.draining.set({}, 1);
  }
  health(check: HealthCheck, isPassed: boolean): void {
    this.figures.health.set({ check }, isPassed ? 1 : 0);
  }

  /** What became of a batch of telemetry that was sent to a receiver; `dropped`: it was not even tried. */
  delivered(signal: 'metrics' | 'traces' | 'errors', outcome: 'sent' | 'failed' | 'dropped'): void {
    this.figures.deliveries.add({ signal, outcome });
  }

  private async fill(): Promise<void> {
    await Promise.allSettled(this.fills.map(async (fill) => fill()));
  }

  private async fillOwn(): Promise<void> {
    const { frames, figures, eventLoop } = this;
    figures.frames.add({ direction: 'in' }, frames.in);
    figures.frames.add({ direction: 'out' }, frames.out);
    frames.in = 0;
    frames.out = 0;
    figures.activeUsers.set({}, this.users.count());
    if (eventLoop) {
      const { p50, p99 } = eventLoop.read();
      figures.eventLoop.set({ quantile: '0.5' }, p50);
      figures.eventLoop.set({ quantile: '0.99' }, p99);
    }
    const { bavail, blocks } = await statfs(resolve(this.config.DATA_DIR));
    figures.diskFree.set({}, blocks > 0 ? bavail / blocks : 0);
  }
}

const LIMITS: readonly ErrorCode[] = ['rate.limited', 'auth.too_many_attempts', 'generation.too_many'];
/** Where a person is asked for the next step, nobody was turned away. */
const STEPS: readonly ErrorCode[] = [
  'auth.token_expired',
  'auth.factor_required',
  'auth.factor_setup_required',
  'auth.fresh_factor_required',
  'auth.recent_sign_in_required',
  'auth.approval_pending',
];

const refusalOf = (code: ErrorCode): 'limits' | 'csrf' | 'auth' | null => {
  if (LIMITS.includes(code)) return 'limits';
  if (code === 'auth.csrf') return 'csrf';
  const { http } = ERRORS[code];
  return code.startsWith('auth.') && (http === 401 || http === 403) && !STEPS.includes(code) ? 'auth' : null;
};
