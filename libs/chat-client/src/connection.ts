import type { Ack, CLOSE, ClientFrame, HelloAck, ServerEvent } from '@chatbox/contracts';
import { backoff } from './backoff.ts';
import { ChatError, isUnauthenticated } from './chat-error.ts';
import { Observable } from './observable.ts';
import { watchSurroundings } from './surroundings.ts';
import { newId } from './uuid.ts';

/**
 * `ended`: closed here, or the server said that coming back is pointless. `polling`: no socket opens and yet the server
 * answers, as behind some proxies; everything works by requests, and the socket is tried now and then.
 */
export type ConnectionStatus = 'connecting' | 'online' | 'polling' | 'reconnecting' | 'offline' | 'ended';
export interface ConnectionState {
  status: ConnectionStatus;
  /** Failed tries since it was last online. */
  attempt: number;
  /** Epoch milliseconds of the next try, while one is planned. */
  nextTryAt?: number;
  /** Why it ended; `auth.required` means: sign in again. */
  error?: ChatError;
}

export interface ConnectionOptions {
  url: string;
  WebSocket: typeof WebSocket;
  token?: () => Promise<string | undefined>;
  refresh?: () => Promise<boolean>;
  random?: () => number;
  onOnline: (hello: HelloAck) => void;
  onEvent: (event: ServerEvent) => void;
  /** Whether an answer is being made that is watched by this socket: then silence is asked about soon. */
  isWaiting?: () => boolean;
  /** Whether requests arrive; asked when no socket does. */
  reachable?: () => Promise<boolean>;
}

type Unsent = ClientFrame extends infer Frame ? (Frame extends ClientFrame ? Omit<Frame, 'id'> : never) : never;
interface Waiting {
  resolve: (ack: Record<string, unknown>) => void;
  reject: (error: ChatError) => void;
  timer: ReturnType<typeof setTimeout>;
}

const UNAUTHENTICATED: typeof CLOSE.unauthenticated = 4500;
const ACK_MILLISECONDS = 10_000;
/** What a socket has to open in, at the first try; a replica that stands still takes it and never answers. */
const OPENING_MILLISECONDS = 4_000;
const PROBE_MILLISECONDS = 2_000;
/** Somebody waits for words: a replica that stands still says nothing, and another one goes on with the answer. */
const QUIET_MILLISECONDS = 1_500;
const LISTEN_EVERY_MILLISECONDS = 500;
/** Sockets that never opened, one after the other, before it is asked whether requests do better. */
const UNOPENED_BEFORE_POLLING = 3;
const SOCKET_AGAIN_MILLISECONDS = 30_000;
const HEARTBEATS_MISSED = 2.5;
/** A connection that lasted this long was a good one; the next cut starts with a fast try again. */
const STABLE_MILLISECONDS = 5_000;

/** One socket that comes back. Knows frames and acks, not what they mean. */
export class Connection {
  readonly state = new Observable<ConnectionState>({ status: 'offline', attempt: 0 });
  /** What the server said of itself when it was last reached. */
  hello: HelloAck | undefined;
  private socket: WebSocket | undefined;
  private readonly waiting = new Map<string, Waiting>();
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private silenceTimer: ReturnType<typeof setInterval> | undefined;
  private heartbeatSeconds = 15;
  private onlineSince = 0;
  private heardAt = 0;
  private isProbing = false;
  private refreshed = false;
  private unopened = 0;
  private wanted = false;
  private leaveSurroundings: (() => void) | undefined;

  constructor(private readonly options: ConnectionOptions) {}

  open(): void {
    if (this.wanted) return;
    this.wanted = true;
    this.refreshed = false;
    this.leaveSurroundings = watchSurroundings({ wake: () => this.wake(), lost: () => this.probe() });
    void this.attempt('connecting');
  }

  close(): void {
    this.end();
  }

  /** Resolves with the server's ack. Rejects with `network` when the socket closes or nothing comes within `timeout`. */
  request<T>(frame: Unsent, timeout = ACK_MILLISECONDS): Promise<{ re: string; ok: true } & T> {
    const socket = this.socket;
    if (socket?.readyState !== 1) return Promise.reject(ChatError.network('Not connected'));
    const id = newId();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting.delete(id);
        reject(ChatError.network(`No answer within ${timeout / 1000} s`));
      }, timeout);
      this.waiting.set(id, { resolve: (ack) => resolve(ack as { re: string; ok: true } & T), reject, timer });
      socket.send(JSON.stringify({ ...frame, id }));
    });
  }

  /** Something suggests that a connection is possible now: do not wait for the timer. */
  wake(): void {
    if (!this.wanted) return;
    if (this.state.getSnapshot().status === 'online') this.probe();
    else if (this.retryTimer !== undefined) void this.attempt('reconnecting');
  }

  /** Requests do not arrive any more either. */
  unreachable(): void {
    if (this.state.getSnapshot().status !== 'polling') return;
    clearTimeout(this.retryTimer);
    this.state.set({ status: 'reconnecting', attempt: 0 });
    this.plan();
  }

  /** Online according to the last frame; ask whether that is still true. */
  private probe(): void {
    const socket = this.socket;
    if (this.state.getSnapshot().status !== 'online' || !socket || this.isProbing) return;
    this.isProbing = true;
    this.request({ type: 'ping' }, PROBE_MILLISECONDS).then(
      () => {
        if (this.socket === socket) this.isProbing = false;
      },
      () => {
        if (this.socket === socket) this.lost(1006);
      },
    );
  }

  private async attempt(status: 'connecting' | 'reconnecting'): Promise<void> {
    clearTimeout(this.retryTimer);
    this.retryTimer = undefined;
    const { attempt, status: before } = this.state.getSnapshot();
    if (before !== 'polling') {
      this.state.set({ status: attempt > 0 && isBrowserOffline() ? 'offline' : status, attempt });
    }
    let socket: WebSocket;
    try {
      socket = new this.options.WebSocket(`${this.options.url.replace(/^http/, 'ws')}/ws`);
    } catch (error) {
      return this.end(ChatError.from(error));
    }
    this.socket = socket;
    this.unopened += 1;
    const mine = () => this.socket === socket;
    this.isProbing = false;
    const patience = Math.min(ACK_MILLISECONDS, OPENING_MILLISECONDS * 2 ** attempt);
    const giveUp = setTimeout(() => mine() && this.lost(1006), patience);
    socket.onopen = () => {
      clearTimeout(giveUp);
      this.unopened = 0;
      void this.greet(socket);
    };
    socket.onmessage = (event) => mine() && this.receive(event.data);
    socket.onclose = (event) => {
      clearTimeout(giveUp);
      if (mine()) this.lost(event.code);
    };
    socket.onerror = () => undefined;
  }

  private async greet(socket: WebSocket): Promise<void> {
    try {
      const token = await this.options.token?.();
      if (this.socket !== socket) return;
      const hello = await this.request<HelloAck>(token ? { type: 'hello', token } : { type: 'hello' });
      if (this.socket !== socket) return;
      this.hello = hello;
      this.heartbeatSeconds = hello.heartbeatSeconds;
      this.onlineSince = Date.now();
      this.refreshed = false;
      this.state.set({ status: 'online', attempt: this.state.getSnapshot().attempt });
      this.listenForSilence();
      this.options.onOnline(hello);
    } catch (error) {
      if (this.socket !== socket) return;
      this.lost(isUnauthenticated(ChatError.from(error).code) ? UNAUTHENTICATED : 1006);
    }
  }

  private receive(data: unknown): void {
    this.listenForSilence();
    const frame = parse(data);
    if (!frame) return;
    if (typeof frame.re === 'string') this.settle(frame.re, frame);
    if (frame.type === 'move') {
      const wait = Math.max(0, Number(frame.afterMilliseconds) || 0);
      const socket = this.socket;
      setTimeout(() => this.socket === socket && this.lost(4000), wait);
    }
    if (typeof frame.type === 'string') this.options.onEvent(frame as unknown as ServerEvent);
  }

  private settle(id: string, frame: Record<string, unknown>): void {
    const waiting = this.waiting.get(id);
    if (!waiting) return;
    this.waiting.delete(id);
    clearTimeout(waiting.timer);
    const ack = frame as unknown as Ack<object>;
    if (ack.ok) waiting.resolve(frame);
    else waiting.reject(ChatError.of(ack.error));
  }

  private listenForSilence(): void {
    this.heardAt = Date.now();
    if (this.silenceTimer !== undefined) return;
    this.silenceTimer = setInterval(() => {
      const silence = Date.now() - this.heardAt;
      if (silence >= this.heartbeatSeconds * HEARTBEATS_MISSED * 1000) this.lost(1006);
      else if (silence >= QUIET_MILLISECONDS && this.options.isWaiting?.()) this.probe();
    }, LISTEN_EVERY_MILLISECONDS);
    unref(this.silenceTimer);
  }

  private lost(code: number): void {
    this.drop(code);
    if (!this.wanted) return;
    if (code === UNAUTHENTICATED && !this.refreshed && this.options.refresh) {
      this.refreshed = true;
      this.state.set({ status: 'reconnecting', attempt: this.state.getSnapshot().attempt });
      void this.options.refresh().then(
        (again) => this.wanted && (again ? this.attempt('reconnecting') : this.end(signInAgain())),
        () => this.plan(),
      );
      return;
    }
    if (code >= 4500 && code <= 4999) this.end(code <= 4501 ? signInAgain() : refused(code));
    else this.plan();
  }

  private plan(): void {
    if (this.state.getSnapshot().status === 'polling') {
      this.retryTimer = setTimeout(() => void this.attempt('reconnecting'), SOCKET_AGAIN_MILLISECONDS);
      unref(this.retryTimer);
      return;
    }
    if (this.unopened >= UNOPENED_BEFORE_POLLING) void this.tryRequests();
    const stable = this.onlineSince > 0 && Date.now() - this.onlineSince > STABLE_MILLISECONDS;
    this.onlineSince = 0;
    const attempt = stable ? 0 : this.state.getSnapshot().attempt;
    const wait = backoff(attempt, this.options.random);
    const status = isBrowserOffline() ? 'offline' : 'reconnecting';
    this.state.set({ status, attempt: attempt + 1, nextTryAt: Date.now() + wait });
    this.retryTimer = setTimeout(() => void this.attempt('reconnecting'), wait);
  }

  private async tryRequests(): Promise<void> {
    const works = await this.options.reachable?.();
    const { status, attempt } = this.state.getSnapshot();
    if (works && this.wanted && status === 'reconnecting') this.state.set({ status: 'polling', attempt });
  }

  private drop(code: number): void {
    clearInterval(this.silenceTimer);
    this.silenceTimer = undefined;
    clearTimeout(this.retryTimer);
    this.retryTimer = undefined;
    const socket = this.socket;
    this.socket = undefined;
    if (socket && socket.readyState <= 1) socket.close(1000);
    const error = ChatError.network(`The connection closed (${code})`);
    for (const { reject, timer } of this.waiting.values()) {
      clearTimeout(timer);
      reject(error);
    }
    this.waiting.clear();
  }

  private end(error?: ChatError): void {
    this.wanted = false;
    this.leaveSurroundings?.();
    this.drop(1000);
    this.state.set({ status: 'ended', attempt: 0, ...(error ? { error } : {}) });
  }
}

const signInAgain = () => new ChatError('auth.required', 'The session has ended; sign in again', false);
const refused = (code: number) =>
  new ChatError('request.invalid', `The server refused the connection (${code})`, false);
const isBrowserOffline = () => typeof navigator !== 'undefined' && navigator.onLine === false;
/** In Node a timer alone must not keep the program alive; the socket does. */
const unref = (timer: unknown) => (timer as { unref?: () => void }).unref?.();

function parse(data: unknown): Record<string, unknown> | undefined {
  if (typeof data !== 'string') return undefined;
  try {
    const value: unknown = JSON.parse(data);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
