import { Injectable } from '@nestjs/common';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** Seconds; fine where a person notices, coarse where they have given up. */
const REQUEST_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const FLUSH_BUCKETS = [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
const FIRST_TOKEN_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60];
const FRAME_BUCKETS = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500];

type PoolName = 'primary' | 'read';

/**
 * Every metric there is, with its meaning and unit; rooms call the methods below and never see the library. Labels take few
 * values, and never anything that a person typed: one label value is one more time series for ever.
 */
@Injectable()
export class Metrics {
  private readonly registry = new Registry();
  private readonly registers = [this.registry];

  private readonly requests = new Histogram({
    name: 'chatbox_http_request_duration_seconds',
    help: 'Time from the first byte of a request to the last byte of its answer, by route template; streams last as long as their reader',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: REQUEST_BUCKETS,
    registers: this.registers,
  });
  private readonly errors = new Counter({
    name: 'chatbox_errors_total',
    help: 'Answers that were errors, by stable code',
    labelNames: ['code'] as const,
    registers: this.registers,
  });
  private readonly messages = new Counter({
    name: 'chatbox_messages_total',
    help: 'Messages accepted from people and programs',
    registers: this.registers,
  });
  private readonly generations = new Counter({
    name: 'chatbox_generations_total',
    help: 'Generations that reached a terminal state, by that state',
    labelNames: ['status'] as const,
    registers: this.registers,
  });
  private readonly node = new Gauge({
    name: 'chatbox_node_info',
    help: 'Always 1; the label is the name under which this process owns generations in the database',
    labelNames: ['node'] as const,
    registers: this.registers,
  });
  private readonly running = new Gauge({
    name: 'chatbox_generations_running',
    help: 'Generations that this process is answering at the moment',
    registers: this.registers,
  });
  private readonly takeovers = new Counter({
    name: 'chatbox_generation_takeovers_total',
    help: 'Generations taken over from a process that had died, by what became of them',
    labelNames: ['outcome'] as const,
    registers: this.registers,
  });
  private readonly firstTokens = new Histogram({
    name: 'chatbox_provider_first_token_seconds',
    help: 'Time from the call of a provider to its first token, by connection',
    labelNames: ['provider'] as const,
    buckets: FIRST_TOKEN_BUCKETS,
    registers: this.registers,
  });
  private readonly providerErrors = new Counter({
    name: 'chatbox_provider_errors_total',
    help: 'Calls of a provider that failed, by connection and stable code',
    labelNames: ['provider', 'code'] as const,
    registers: this.registers,
  });
  private readonly tokens = new Counter({
    name: 'chatbox_tokens_total',
    help: 'Tokens, by connection and direction (input, output)',
    labelNames: ['provider', 'direction'] as const,
    registers: this.registers,
  });
  private readonly cost = new Counter({
    name: 'chatbox_cost_micros_total',
    help: 'Money spent at providers, in millionths of a US dollar, by connection',
    labelNames: ['provider'] as const,
    registers: this.registers,
  });
  private readonly flushes = new Histogram({
    name: 'chatbox_journal_flush_seconds',
    help: 'Time to make one journal row durable',
    buckets: FLUSH_BUCKETS,
    registers: this.registers,
  });
  private readonly flushed = new Histogram({
    name: 'chatbox_journal_flush_frames',
    help: 'Frames in one journal row',
    buckets: FRAME_BUCKETS,
    registers: this.registers,
  });
  private readonly lostHints = new Counter({
    name: 'chatbox_hints_lost_total',
    help: 'Hints between nodes that could not be published; readers notice by position and read',
    registers: this.registers,
  });
  private readonly liveHints = new Gauge({
    name: 'chatbox_hints_live',
    help: '1 while hints of other nodes can arrive, 0 while this one has to read what they would have told',
    registers: this.registers,
  });
  private readonly sockets = new Gauge({
    name: 'chatbox_sockets_open',
    help: 'Readers connected at the moment, by door (ws, sse)',
    labelNames: ['door'] as const,
    registers: this.registers,
  });
  private readonly slowReaders = new Counter({
    name: 'chatbox_slow_readers_total',
    help: 'Readers that were told to resume because they did not keep up, by door (ws, sse)',
    labelNames: ['door'] as const,
    registers: this.registers,
  });
  private readonly logins = new Counter({
    name: 'chatbox_logins_total',
    help: 'Sign-ins, by outcome (ok, bad_credentials, limited)',
    labelNames: ['outcome'] as const,
    registers: this.registers,
  });
  private readonly cacheRequests = new Counter({
    name: 'chatbox_cache_requests_total',
    help: 'Questions to the cache, by what is asked and who answered (memory, shared, stale, miss); stale: past its time, because the database was away',
    labelNames: ['what', 'answer'] as const,
    registers: this.registers,
  });
  private readonly cacheForgotten = new Counter({
    name: 'chatbox_cache_forgotten_total',
    help: 'Times that the memory of this process forgot something, by itself or at the word of another',
    registers: this.registers,
  });
  private readonly cacheEntries = new Gauge({
    name: 'chatbox_cache_entries',
    help: 'Values kept in the memory of this process',
    registers: this.registers,
  });
  private readonly cacheBytes = new Gauge({
    name: 'chatbox_cache_bytes',
    help: 'Size of the values kept in the memory of this process',
    registers: this.registers,
  });
  private readonly pool = new Gauge({
    name: 'chatbox_db_pool_connections',
    help: 'Connections, by pool (primary, read) and state (total, idle), and requests that wait for one (waiting)',
    labelNames: ['pool', 'state'] as const,
    registers: this.registers,
  });
  private readonly poolWaits = new Histogram({
    name: 'chatbox_db_pool_wait_seconds',
    help: 'Time until a connection was there for whoever asked, by pool',
    labelNames: ['pool'] as const,
    buckets: FLUSH_BUCKETS,
    registers: this.registers,
  });
  private readonly poolSaturations = new Counter({
    name: 'chatbox_db_pool_saturated_total',
    help: 'How often more than 5 requests began to wait for a connection, by pool',
    labelNames: ['pool'] as const,
    registers: this.registers,
  });
  private readonly poolLeaks = new Counter({
    name: 'chatbox_db_pool_leaks_total',
    help: 'Connections that were held for a minute or longer, by pool; the log says where they were taken',
    labelNames: ['pool'] as const,
    registers: this.registers,
  });
  private readonly reads = new Counter({
    name: 'chatbox_db_reads_total',
    help: 'Reads that a standby may answer, by who did (standby, primary where there is none, primary_instead of a standby)',
    labelNames: ['by'] as const,
    registers: this.registers,
  });
  private readonly fills: (() => void)[] = [];

  constructor() {
    // Event-loop lag, memory, descriptors, garbage collection: process_* and nodejs_*, the names that dashboards know.
    collectDefaultMetrics({ register: this.registry });
  }

  request(method: string, route: string, status: number, seconds: number): void {
    this.requests.observe({ method, route, status }, seconds);
  }
  error(code: string): void {
    this.errors.inc({ code });
  }
  messageAccepted(): void {
    this.messages.inc();
  }
  generationStarted(): void {
    this.running.inc();
  }
  /** Terminal state of a generation that this process had started. */
  generationEnded(status: string): void {
    this.running.dec();
    this.generations.inc({ status });
  }
  generationTakenOver(outcome: 'continued' | 'restarted' | 'interrupted'): void {
    this.takeovers.inc({ outcome });
  }
  firstToken(provider: string, seconds: number): void {
    this.firstTokens.observe({ provider }, seconds);
  }
  providerFailed(provider: string, code: string): void {
    this.providerErrors.inc({ provider, code });
  }
  spent(provider: string, usage: { inputTokens: number; outputTokens: number; costMicros: number | null }): void {
    this.tokens.inc({ provider, direction: 'input' }, usage.inputTokens);
    this.tokens.inc({ provider, direction: 'output' }, usage.outputTokens);
    if (usage.costMicros !== null) this.cost.inc({ provider }, usage.costMicros);
  }
  journalFlush(seconds: number, frames: number): void {
    this.flushes.observe(seconds);
    this.flushed.observe(frames);
  }
  hintLost(): void {
    this.lostHints.inc();
  }
  nodeNamed(node: string): void {
    this.node.set({ node }, 1);
  }

  hintsLive(isLive: boolean): void {
    this.liveHints.set(isLive ? 1 : 0);
  }
  readerJoined(door: 'ws' | 'sse'): void {
    this.sockets.inc({ door });
  }
  readerLeft(door: 'ws' | 'sse'): void {
    this.sockets.dec({ door });
  }
  readerTooSlow(door: 'ws' | 'sse'): void {
    this.slowReaders.inc({ door });
  }
  login(outcome: 'ok' | 'bad_credentials' | 'limited'): void {
    this.logins.inc({ outcome });
  }
  cacheAsked(what: string, answer: 'memory' | 'shared' | 'stale' | 'miss'): void {
    this.cacheRequests.inc({ what, answer });
  }
  cacheForgot(): void {
    this.cacheForgotten.inc();
  }
  cacheSize({ entries, bytes }: { entries: number; bytes: number }): void {
    this.cacheEntries.set(entries);
    this.cacheBytes.set(bytes);
  }
  poolState(pool: PoolName, state: { total: number; idle: number; waiting: number }): void {
    for (const [name, value] of Object.entries(state)) this.pool.set({ pool, state: name }, value);
  }
  poolWaited(pool: PoolName, seconds: number): void {
    this.poolWaits.observe({ pool }, seconds);
  }
  poolSaturated(pool: PoolName): void {
    this.poolSaturations.inc({ pool });
  }
  poolLeak(pool: PoolName): void {
    this.poolLeaks.inc({ pool });
  }
  read(by: 'standby' | 'primary' | 'primary_instead'): void {
    this.reads.inc({ by });
  }

  /** For what is a state and not an event: `fill` sets it before every reading. */
  beforeReading(fill: () => void): void {
    this.fills.push(fill);
  }

  /** Prometheus text exposition format. */
  text(): Promise<string> {
    for (const fill of this.fills) fill();
    return this.registry.metrics();
  }
  get contentType(): string {
    return this.registry.contentType;
  }
}
