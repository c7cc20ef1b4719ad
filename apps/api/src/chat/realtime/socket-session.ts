import { type Ack, CLOSE, ClientFrame, type Place, type Right, SendMessage } from '@chatbox/contracts';
import type { SessionBound } from '../../auth/open-connections.ts';
import { AppError } from '../../common/app-error.ts';
import type { Identity } from '../../common/identity.ts';
import { parse } from '../../common/zod.pipe.ts';
import { problemOf, toAppError } from '../../http/problem.ts';
import type { Announcement } from '../generations/announcement.ts';
import type { Watcher } from '../generations/fanout.ts';
import { Inflow } from './inflow.ts';
import type { Socket } from './socket.ts';
import type { SocketRooms } from './socket-rooms.ts';

type FrameOf<T extends ClientFrame['type']> = Extract<ClientFrame, { type: T }>;

/** What a frame needs, as the route that does the same. */
const RIGHT_FOR = {
  subscribe: { resource: 'conversations', action: 'read' },
  unsubscribe: { resource: 'conversations', action: 'read' },
  send: { resource: 'messages', action: 'send' },
  stop: { resource: 'generations', action: 'stop' },
} as const satisfies Record<string, Right>;

/** Frames that are not understood before the connection is taken for something else than a client of ours. */
const MOST_BAD_FRAMES = 20;
const NOTHING_QUEUED = Promise.resolve();

/** How long a connection may be open without a hello. */
const HELLO_SECONDS = 10;

/**
 * One connection after its handshake: who it is, what it watches, and what its frames do. There are thousands of them: it has no
 * timer and no closure of its own, and is itself what watches.
 */
export class SocketSession implements Watcher, SessionBound {
  private who: Pick<Identity, 'userId' | 'sessionId' | 'key'> | undefined;
  /** Until hello is said, then until its proof ends. */
  private deadline = secondsFromNow(HELLO_SECONDS);
  /** Ids of conversations. */
  watched: readonly string[] = [];
  /** Of those watched conversations in which a generation runs elsewhere: what ends the reading of it. */
  private bridges: Map<string, (() => void)[]> | undefined;
  private frames = 0;
  private badFrames = 0;
  private queue = NOTHING_QUEUED;
  private ended = false;
  private readonly inflow = new Inflow();

  constructor(
    readonly socket: Socket,
    private readonly requestId: string,
    private readonly cookieHeader: string | undefined,
    private readonly address: string | null,
    private readonly rooms: SocketRooms,
  ) {}

  /** Hello was said and accepted. */
  get isKnown(): boolean {
    return this.who !== undefined;
  }

  hear({ frame }: Announcement): void {
    this.socket.sendFrame(frame);
  }

  sessionEnded(): void {
    this.socket.close(CLOSE.sessionEnded, 'the session has ended');
  }

  /** To be called about every second. `now` is in seconds of this process's own clock. */
  look(now: number): void {
    if (now < this.deadline) return;
    if (this.isKnown) this.socket.close(CLOSE.unauthenticated, 'auth.token_expired');
    else this.socket.close(CLOSE.helloTimeout, 'no hello came');
  }

  /** Frames act in the order in which they came, except those that must not wait for the ones before. */
  receive(text: string): void {
    if (this.ended) return;
    this.rooms.metrics.frameReceived();
    this.frames += 1;
    const number = this.frames;
    if (!this.inflow.take()) {
      this.socket.close(CLOSE.flooding, 'too many frames at once');
      return;
    }
    const frame = this.understand(text, number);
    if (!frame) return;
    const { length } = text;
    if (!this.inflow.begin(length)) {
      this.socket.close(CLOSE.flooding, 'too many frames are waiting');
      return;
    }
    const act = () =>
      this.traced(frame, number)
        .catch((error: unknown) => this.refuse(frame.id, number, error))
        .finally(() => this.inflow.done(length));
    if (frame.type === 'stop' || frame.type === 'ping') void act();
    else this.queue = this.queue.then(act);
  }

  end(): void {
    this.ended = true;
    this.forgetWho();
    for (const conversationId of this.watched) this.unsubscribe(conversationId);
  }

  private understand(text: string, number: number): ClientFrame | undefined {
    let id = '';
    try {
      const raw: unknown = JSON.parse(text);
      if (typeof raw === 'object' && raw !== null && 'id' in raw && typeof raw.id === 'string')
        id = raw.id.slice(0, 64);
      return parse(ClientFrame, raw);
    } catch (error) {
      this.badFrames += 1;
      this.refuse(
        id,
        number,
        error instanceof SyntaxError
          ? new AppError('request.invalid', { detail: 'A frame is one JSON object.' })
          : error,
      );
      if (this.badFrames > MOST_BAD_FRAMES)
        this.socket.close(CLOSE.tooManyBadFrames, 'too many frames that are not understood');
      return undefined;
    }
  }

  private traced(frame: ClientFrame, number: number): Promise<void> {
    if (!this.rooms.tracing.isOn) return this.act(frame, number);
    const attributes = {
      'network.protocol.name': 'websocket',
      'chatbox.frame.type': frame.type,
      'chatbox.request_id': this.requestIdOf(number),
    };
    return this.rooms.tracing.whole(`ws ${frame.type}`, 'server', attributes, () => this.act(frame, number));
  }

  /** Of a frame, which is to a connection what a request is to HTTP; made where it is needed, because most frames never do. */
  private requestIdOf(number: number): string {
    return `${this.requestId}.${number}`;
  }

  private async act(frame: ClientFrame, number: number): Promise<void> {
    if (this.ended) return;
    if (frame.type === 'ping') return this.accept(frame.id, {});
    if (frame.type === 'hello') return this.hello(frame, number);
    if (!this.who) throw new AppError('auth.required', { detail: 'Say hello first.' });
    const who = await this.rooms.authenticator.stillMay(this.who, RIGHT_FOR[frame.type]);
    if (this.ended) return;
    if (frame.type === 'subscribe') return this.subscribe(who, frame);
    if (frame.type === 'send') return this.sendMessage(who, frame);
    if (frame.type === 'stop') return this.stop(who, frame);
    this.unsubscribe(frame.conversationId);
    this.accept(frame.id, {});
  }

  private async hello({ id, token }: FrameOf<'hello'>, number: number): Promise<void> {
    const credentials = token === undefined ? { cookieHeader: this.cookieHeader } : { token, address: this.address };
    const who = await this.rooms.authenticator.authenticate({ ...credentials, stays: true }).catch((error: unknown) => {
      this.refuse(id, number, error);
      const { code } = toAppError(error);
      if (code.startsWith('auth.')) this.socket.close(CLOSE.unauthenticated, code);
      else this.socket.close(CLOSE.leaseLost, code);
      return undefined;
    });
    if (!who || this.ended) return;
    const { people, fanout, open, engine, heartbeatSeconds } = this.rooms;
    const { userId, sessionId, key, expiresAt } = who;
    this.forgetWho();
    if (!people.join(userId)) {
      this.refuse(
        id,
        number,
        new AppError('rate.limited', { detail: 'You have too many connections open. Close some tabs.' }),
      );
      return this.socket.close(CLOSE.tooManySockets, 'too many sockets of one person');
    }
    this.who = { userId, sessionId, ...(key && { key }) };
    fanout.accounts.add(userId, this);
    open.watch(sessionId, this);
    this.deadline = secondsFromNow((expiresAt.getTime() - Date.now()) / 1000);
    this.accept(id, { userId, sessionId, heartbeatSeconds, replicated: engine.isShared });
  }

  private forgetWho(): void {
    if (!this.who) return;
    const { userId, sessionId } = this.who;
    this.rooms.people.leave(userId);
    this.rooms.fanout.accounts.delete(userId, this);
    this.rooms.open.unwatch(sessionId, this);
    this.who = undefined;
  }

  /**
   * Messages that come while the database is read are kept and passed on after the answer; tokens are not, because catching
   * up and watching begin in the same turn of the event loop.
   */
  private async subscribe(who: Identity, { id, conversationId, places }: FrameOf<'subscribe'>): Promise<void> {
    const { access, fanout, alive } = this.rooms;
    const early: Announcement[] = [];
    const keeping: Watcher = {
      hear: (announcement) => {
        if (announcement.event.type === 'message') early.push(announcement);
      },
    };
    fanout.conversations.add(conversationId, keeping);
    try {
      const { revision, generationIds } = await access.view(conversationId, places, who);
      if (this.ended) return;
      this.unsubscribe(conversationId);
      this.accept(id, { conversationId, revision });
      for (const announcement of early) this.hear(announcement);
      const placeOf = new Map(places.map((place) => [place.generationId, place]));
      const here = alive.all().filter(({ row }) => row.conversationId === conversationId);
      const wanted = new Set([...generationIds, ...here.map(({ row }) => row.id)]);
      const bridges = [...wanted].flatMap((generationId) =>
        this.bringUpToDate(generationId, placeOf.get(generationId)),
      );
      if (bridges.length > 0) this.bridges = new Map(this.bridges).set(conversationId, bridges);
      this.watched = [...this.watched, conversationId];
      fanout.conversations.add(conversationId, this);
    } finally {
      fanout.conversations.delete(conversationId, keeping);
    }
  }

  /** Returns what ends a reading that goes on. */
  private bringUpToDate(generationId: string, place: Place | undefined): (() => void)[] {
    const live = this.rooms.alive.get(generationId);
    if (!live) return [this.rooms.reader.bridge(generationId, place, (event) => this.socket.send(event), this)];
    for (const event of this.rooms.reader.lacking(live, place)) this.socket.send(event);
    return [];
  }

  private unsubscribe(conversationId: string): void {
    this.rooms.fanout.conversations.delete(conversationId, this);
    for (const leave of this.bridges?.get(conversationId) ?? []) leave();
    this.bridges?.delete(conversationId);
    this.watched = this.watched.filter((id) => id !== conversationId);
  }

  private async sendMessage(
    who: Identity,
    { id, type: _type, conversationId, ...draft }: FrameOf<'send'>,
  ): Promise<void> {
    this.accept(id, await this.rooms.messages.send(who, conversationId, parse(SendMessage, draft)));
  }

  private async stop(who: Identity, { id, generationId }: FrameOf<'stop'>): Promise<void> {
    const owned = await this.rooms.access.generation(generationId, who);
    this.accept(id, { generation: await this.rooms.generations.stop(owned) });
  }

  private accept<T extends object>(re: string, answer: T): void {
    const ack: Ack<T> = { re, ok: true, ...answer };
    this.socket.send(ack);
  }

  private refuse(re: string, number: number, error: unknown): void {
    const known = toAppError(error);
    const { code } = known;
    const requestId = this.requestIdOf(number);
    this.rooms.metrics.recordError(code);
    if (code === 'internal' || code === 'database.unavailable')
      this.rooms.logger.error({ requestId, code, err: known.cause ?? known }, 'a socket frame failed');
    const ack: Ack<object> = { re, ok: false, error: problemOf(known, requestId) };
    this.socket.send(ack);
  }
}

/** Whole ones, because a number with a fraction takes memory of its own. */
const secondsFromNow = (seconds: number): number => Math.ceil(performance.now() / 1000 + seconds);
