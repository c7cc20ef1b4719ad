import type { Instruments } from './instruments.ts';

/** Seconds; fine where a person notices, coarse where they have given up. */
const REQUEST_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const FLUSH_BUCKETS = [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
const FIRST_TOKEN_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60];
/** Tokens come some tens of milliseconds apart; a second of silence is seen, ten are a provider in trouble. */
const GAP_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
/** A question is stored in milliseconds; an answer takes minutes where the model thinks. */
const MESSAGE_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];
const FRAME_BUCKETS = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500];

/**
 * Every metric there is, by room: its meaning, its unit (at the end of its name) and why somebody looks at it. Labels take few
 * values, and never anything that a person typed: one label value is one more time series for ever.
 */
export const figuresOf = (made: Instruments) => ({
  // The doors.
  /** Latency and error rate by route: the first thing that is looked at, and what the error budget is made of. */
  requests: made.histogram({
    name: 'chatbox_http_request_duration_seconds',
    help: 'Time from the first byte of a request to the last byte of its answer, by route template; streams last as long as their reader; status 499: the client left before',
    labels: ['method', 'route', 'status'],
    buckets: REQUEST_BUCKETS,
  }),
  /** A code names what is wrong more closely than a status does, at the socket too, which has no statuses. */
  errors: made.counter({
    name: 'chatbox_errors_total',
    help: 'Answers that were errors, over HTTP and sockets, by stable code',
    labels: ['code'],
  }),
  /** Guessing, floods and forged requests show here before they hurt. */
  refusals: made.counter({
    name: 'chatbox_refusals_total',
    help: 'Requests and frames that were refused, by reason (limits, csrf, auth); a token that has run out is not one',
    labels: ['reason'],
    values: { reason: ['limits', 'csrf', 'auth'] },
  }),
  /** What a replica holds, and what has to move when it goes. */
  sockets: made.gauge({
    name: 'chatbox_websocket_connections',
    help: 'Sockets that are open at the moment',
  }),
  /** Beside the sockets: the other half of what a replica holds. */
  eventStreams: made.gauge({
    name: 'chatbox_event_stream_connections',
    help: 'Server-sent event streams that are open at the moment',
  }),
  /** The load that streaming is; requests do not show it. */
  frames: made.counter({
    name: 'chatbox_websocket_frames_total',
    help: 'Frames of sockets, by direction (in, out)',
    labels: ['direction'],
    values: { direction: ['in', 'out'] },
  }),
  /** Many are a network or a client that cannot take what is sent. */
  slowReaders: made.counter({
    name: 'chatbox_slow_readers_total',
    help: 'Readers that were told to resume because they did not keep up, by door (ws, sse)',
    labels: ['door'],
    values: { door: ['ws', 'sse'] },
  }),
  /** How many people a restart, an outage or a limit touches. */
  activeUsers: made.gauge({
    name: 'chatbox_active_users',
    help: 'People with an open socket or stream, or a request within the last 5 minutes, on this replica; one who uses two is counted by both',
  }),
  /** Failed ones against good ones: somebody guesses, or the way in is broken. */
  logins: made.counter({
    name: 'chatbox_logins_total',
    help: 'Sign-ins that opened a session (ok), and proofs of a person that were wrong (bad_credentials) or came too often (limited)',
    labels: ['outcome'],
    values: { outcome: ['ok', 'bad_credentials', 'limited'] },
  }),
  /** Sign-ins that are slow while nothing else is: somebody floods them, or there are too few cores. */
  passwordWaits: made.histogram({
    name: 'chatbox_password_queue_wait_seconds',
    help: 'Time until the work on a password began, which is done one after another because it costs memory and a core',
    buckets: FLUSH_BUCKETS,
  }),

  // Messages and answers.
  /** The throughput that the product is there for; a fall without errors is a way in that is broken. */
  messages: made.counter({
    name: 'chatbox_messages_total',
    help: 'Messages processed: questions that were accepted, answers that reached a terminal state here; by type (question, answer)',
    labels: ['type'],
    values: { type: ['question', 'answer'] },
  }),
  /** What a person waits for altogether; beside the first token it tells a slow start from long answers. */
  messageTimes: made.histogram({
    name: 'chatbox_message_duration_seconds',
    help: 'Time to store a question and begin its answer, and from there to the end of the answer on this replica, by type (question, answer)',
    labels: ['type'],
    buckets: MESSAGE_BUCKETS,
  }),
  /** Success and failure of answers, which the statuses of requests do not show: a question is accepted long before. */
  generations: made.counter({
    name: 'chatbox_generations_total',
    help: 'Generations that reached a terminal state, by that state; lost: left to another process',
    labels: ['status'],
    values: { status: ['completed', 'stopped', 'failed', 'interrupted', 'lost'] },
  }),
  /** The work in hand: what a drain waits for, and what grows when providers slow down. */
  running: made.gauge({
    name: 'chatbox_generations_running',
    help: 'Generations that this process is answering at the moment',
  }),
  /** Replicas die or hang: each one is somebody who would have lost an answer. */
  takeovers: made.counter({
    name: 'chatbox_generation_takeovers_total',
    help: 'Generations taken over from a process that had died, by what became of them',
    labels: ['outcome'],
    values: { outcome: ['continued', 'restarted', 'interrupted'] },
  }),
  /** The promise of the whole product, broken. Any is an alert. */
  lostStreams: made.counter({
    name: 'chatbox_streams_lost_total',
    help: 'Answers that ended as interrupted, because no process could go on with them',
  }),
  /** Resets throw text away that somebody was reading: few beside many that were recovered are as it should be. */
  resumes: made.counter({
    name: 'chatbox_resumes_total',
    help: 'Readers that came back with a place, by whether they got what they lacked (recovered) or had to begin anew (reset)',
    labels: ['outcome'],
    values: { outcome: ['recovered', 'reset'] },
  }),
  /** Durable before visible: whatever slows this down slows down every answer. */
  flushes: made.histogram({
    name: 'chatbox_journal_flush_seconds',
    help: 'Time to make one journal row durable',
    buckets: FLUSH_BUCKETS,
  }),
  /** Few frames in a row: the disk keeps up. Many: writing is slower than the model, and frames gather. */
  flushed: made.histogram({
    name: 'chatbox_journal_flush_frames',
    help: 'Frames in one journal row',
    buckets: FRAME_BUCKETS,
  }),

  // Models.
  /** What a person waits for before they see anything; the second half of the error budget. */
  firstTokens: made.histogram({
    name: 'chatbox_time_to_first_token_seconds',
    help: 'Time from the call of a model to its first token, by connection and model of the catalogue (other: not in it)',
    labels: ['provider', 'model'],
    buckets: FIRST_TOKEN_BUCKETS,
  }),
  /** A provider that stutters, which neither its first token nor its errors tell. */
  tokenGaps: made.histogram({
    name: 'chatbox_token_gap_seconds',
    help: 'Time between pieces of an answer as the provider sent them, by connection; what came at once is one piece',
    labels: ['provider'],
    buckets: GAP_BUCKETS,
  }),
  /** Whose fault it is, and what to do: a key, a quota, or patience. */
  providerErrors: made.counter({
    name: 'chatbox_provider_errors_total',
    help: 'Calls of a provider that failed, by connection and stable code',
    labels: ['provider', 'code'],
  }),
  /** What is paid for, and whether a change of model or of context changes it. */
  tokens: made.counter({
    name: 'chatbox_tokens_total',
    help: 'Tokens, by connection, model of the catalogue (other: not in it) and direction (input, output)',
    labels: ['provider', 'model', 'direction'],
  }),
  /** A bill that runs away is seen here the same hour, not at the end of the month. */
  cost: made.counter({
    name: 'chatbox_cost_micros_total',
    help: 'Money spent at providers, in millionths of a US dollar, by connection and model of the catalogue (other: not in it)',
    labels: ['provider', 'model'],
  }),

  // Between nodes.
  /** Redis is away or full: everything still arrives, only later and by more reading. */
  lostHints: made.counter({
    name: 'chatbox_hints_lost_total',
    help: 'Hints between nodes that could not be published; readers notice by position and read',
  }),
  /** Explains slower updates between replicas, and more reads of the database, while it is 0. */
  liveHints: made.gauge({
    name: 'chatbox_hints_live',
    help: '1 while hints of other nodes can arrive, 0 while this one has to read what they would have told',
  }),

  // What is remembered.
  /** Whether the cache is worth its memory, and, by stale answers, that the database was away. */
  cacheRequests: made.counter({
    name: 'chatbox_cache_requests_total',
    help: 'Questions to the cache, by what is asked and who answered (memory, shared, stale, miss); stale: past its time, because the database was away',
    labels: ['what', 'answer'],
  }),
  /** Many beside many misses: it is too small, or something is changed all the time. */
  cacheForgotten: made.counter({
    name: 'chatbox_cache_forgotten_total',
    help: 'Times that the memory of this process forgot something, by itself or at the word of another',
  }),
  /** Beside the bytes: whether many things are kept or large ones. */
  cacheEntries: made.gauge({
    name: 'chatbox_cache_entries',
    help: 'Values kept in the memory of this process',
  }),
  /** What of this process's memory is the cache, when memory grows. */
  cacheBytes: made.gauge({
    name: 'chatbox_cache_bytes',
    help: 'Size of the values kept in the memory of this process',
  }),
  /** Clients of Redis that come and never go. This and the next two are of the whole server, and stay as they were while it is away. */
  redisClients: made.gauge({
    name: 'chatbox_redis_clients',
    help: 'Connections that the Redis server has, whoever opened them',
  }),
  /** Whether Redis grows towards its maxmemory, where it refuses to keep anything more. */
  redisBytes: made.gauge({
    name: 'chatbox_redis_memory_bytes',
    help: 'Memory that the Redis server uses',
  }),
  /** What that memory is spent on: many keys, or large values. */
  redisKeys: made.gauge({
    name: 'chatbox_redis_keys',
    help: 'Keys in the database of the Redis server that is used',
  }),

  // The database.
  /** How near the pool is to its limit; nothing idle and some waiting is the limit itself. */
  pool: made.gauge({
    name: 'chatbox_db_pool_connections',
    help: 'Connections, by pool (primary, read) and state (total, idle), and requests that wait for one (waiting)',
    labels: ['pool', 'state'],
  }),
  /** Time that requests lose before the database has even been asked. */
  poolWaits: made.histogram({
    name: 'chatbox_db_pool_wait_seconds',
    help: 'Time until a connection was there for whoever asked, by pool',
    labels: ['pool'],
    buckets: FLUSH_BUCKETS,
  }),
  /** Short rushes, which a gauge that is read now and then misses. */
  poolSaturations: made.counter({
    name: 'chatbox_db_pool_saturated_total',
    help: 'How often more than 5 requests began to wait for a connection, by pool',
    labels: ['pool'],
    values: { pool: ['primary', 'read'] },
  }),
  /** A mistake of ours that ends with nobody getting a connection. Any is to be reported. */
  poolLeaks: made.counter({
    name: 'chatbox_db_pool_leaks_total',
    help: 'Connections that were held for a minute or longer, by pool; the log says where they were taken',
    labels: ['pool'],
    values: { pool: ['primary', 'read'] },
  }),
  /** Whether the standby takes its share; instead: it lags or is away, and the primary bears it all. */
  reads: made.counter({
    name: 'chatbox_db_reads_total',
    help: 'Reads that a standby may answer, by who did (standby, primary where there is none, primary_instead of a standby)',
    labels: ['by'],
    values: { by: ['standby', 'primary', 'primary_instead'] },
  }),

  // This process.
  /** Which releases run beside each other, and what an upgrade changed. */
  build: made.gauge({
    name: 'chatbox_build_info',
    help: 'Always 1; the label is the release, so that a change in other figures can be laid beside an upgrade',
    labels: ['version'],
  }),
  /** Joins figures, which know an address, with the database and the log, which know this name. */
  node: made.gauge({
    name: 'chatbox_node_info',
    help: 'Always 1; the label is the name under which this process owns generations in the database',
    labels: ['node'],
  }),
  /** Tells a replica that stops in order from one that fails, and a drain that does not end. */
  draining: made.gauge({
    name: 'chatbox_draining',
    help: '1 from the moment on at which this process was asked to stop, else 0',
  }),
  /** What the balancer is told, kept over time; degraded is not dead, and shows here only. */
  health: made.gauge({
    name: 'chatbox_health_check',
    help: '1 while a check of health is passed, else 0; by check (database, migrations, engine, disk, node_lease)',
    labels: ['check'],
  }),
  /** A full disk stops the embedded database, and with it everything. */
  diskFree: made.gauge({
    name: 'chatbox_disk_free_ratio',
    help: 'Part of the volume of DATA_DIR that is free for this program, 0 to 1',
  }),
  /** One process does everything in turn: whatever holds the turn up is felt by everybody. */
  eventLoop: made.gauge({
    name: 'chatbox_event_loop_delay_seconds',
    help: 'Delay of the event loop over the last seconds before this reading, by quantile (0.5, 0.99)',
    labels: ['quantile'],
  }),
  /** Who does not see what happens should at least see that. */
  deliveries: made.counter({
    name: 'chatbox_telemetry_deliveries_total',
    help: 'Batches of figures and traces, and single errors, for those who watch, by signal (metrics, traces, errors) and outcome (sent, failed, dropped); dropped: not even tried, each step of a trace and each error',
    labels: ['signal', 'outcome'],
    values: { signal: ['metrics', 'traces', 'errors'], outcome: ['sent', 'failed', 'dropped'] },
  }),
});
export type Figures = ReturnType<typeof figuresOf>;
