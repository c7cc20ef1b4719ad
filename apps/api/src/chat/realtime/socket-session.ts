import { type Ack, CLOSE, ClientFrame, type Place, type Right, SendMessage } from '@chatbox/contracts';
import { AppError } from '../../common/app-error.ts';
import type { Identity } from '../../common/identity.ts';
import { parse } from '../../common/zod.pipe.ts';
import { problemOf, toAppError } from '../../http/problem.ts';
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

/** One connection after its handshake: who it is, what it watches, and what its frames do. */
export class SocketSession {
  private identity: Identity | undefined;
  private readonly subscriptions = new Map<string, () => void>();
  private leaveAccount: () => void = () => {};
  private stopWatching: () => void = () => {};
  private expiry: NodeJS.Timeout | undefined;
  private badFrames = 0;
  private queue: Promise<void> = Promise.resolve();
  private ended = false;
  private readonly inflow = new Inflow();

  constructor(
    readonly socket: Socket,
    private readonly cookieHeader: string | undefined,
    private readonly address: string | null,
    private readonly rooms: SocketRooms,
  ) {}

  get sessionId(): string | undefined {
    return this.identity?.sessionId;
  }

  /** Hello was said and accepted. */
  get isKnown(): boolean {
    return this.identity !== undefined;
  }

  get watched(): Iterable<string> {
    return this.subscriptions.keys();
  }

  /** Frames act in the order in which they came, except those that must not wait for the ones before. */
  receive(text: string): void {
    if (this.ended) return;
    if (!this.inflow.take()) {
      this.socket.close(CLOSE.flooding, 'too many frames at once');
      return;
    }
    const frame = this.understand(text);
    if (!frame) return;
    const { length } = text;
    if (!this.inflow.begin(length)) {
      this.socket.close(CLOSE.flooding, 'too many frames are waiting');
      return;
    }
    const act = () =>
      this.act(frame)
        .catch((error: unknown) => this.refuse(frame.id, error))
        .finally(() => this.inflow.done(length));
    if (frame.type === 'stop' || frame.type === 'ping') void act();
    else this.queue = this.queue.then(act);
  }

  end(): void {
    this.ended = true;
    clearTimeout(this.expiry);
    this.leaveAccount();
    this.stopWatching();
    for (const leave of this.subscriptions.values()) leave();
    this.subscriptions.clear();
  }

  private understand(text: string): ClientFrame | undefined {
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
        error instanceof SyntaxError
          ? new AppError('request.invalid', { detail: 'A frame is one JSON object.' })
          : error,
      );
      if (this.badFrames > MOST_BAD_FRAMES)
        this.socket.close(CLOSE.tooManyBadFrames, 'too many frames that are not understood');
      return undefined;
    }
  }

  private async act(frame: ClientFrame): Promise<void> {
    if (this.ended) return;
    if (frame.type === 'ping') return this.accept(frame.id, {});
    if (frame.type === 'hello') return this.hello(frame);
    if (!this.identity) throw new AppError('auth.required', { detail: 'Say hello first.' });
    const who = await this.rooms.authenticator.stillMay(this.identity, RIGHT_FOR[frame.type]);
    if (this.ended) return;
    if (frame.type === 'subscribe') return this.subscribe(who, frame);
    if (frame.type === 'send') return this.sendMessage(who, frame);
    if (frame.type === 'stop') return this.stop(who, frame);
    this.unsubscribe(frame.conversationId);
    this.accept(frame.id, {});
  }

  private async hello({ id, token }: FrameOf<'hello'>): Promise<void> {
    const credentials = token === undefined ? { cookieHeader: this.cookieHeader } : { token, address: this.address };
    const who = await this.rooms.authenticator.authenticate(credentials).catch((error: unknown) => {
      this.refuse(id, error);
      const { code } = toAppError(error);
      if (code.startsWith('auth.')) this.socket.close(CLOSE.unauthenticated, code);
      else this.socket.close(CLOSE.leaseLost, code);
      return undefined;
    });
    if (!who || this.ended) return;
    this.leaveAccount();
    if (!this.rooms.people.join(who.userId)) {
      this.leaveAccount = () => {};
      this.refuse(id, new AppError('rate.limited', { detail: 'You have too many connections open. Close some tabs.' }));
      return this.socket.close(CLOSE.tooManySockets, 'too many sockets of one person');
    }
    this.identity = who;
    const leave = this.rooms.fanout.watchAccount(who.userId, (_event, json) => this.socket.sendShared(json()));
    this.leaveAccount = () => {
      leave();
      this.rooms.people.leave(who.userId);
    };
    this.stopWatching();
    this.stopWatching = this.rooms.open.watch(who.sessionId, () =>
      this.socket.close(CLOSE.sessionEnded, 'the session has ended'),
    );
    clearTimeout(this.expiry);
    const left = who.expiresAt.getTime() - Date.now();
    // A timer holds at most 2^31 milliseconds; a token never lives that long.
    this.expiry = setTimeout(
      () => this.socket.close(CLOSE.unauthenticated, 'auth.token_expired'),
      Math.min(left, 2 ** 31 - 1),
    );
    this.expiry.unref();
    this.accept(id, { userId: who.userId, sessionId: who.sessionId, heartbeatSeconds: this.rooms.heartbeatSeconds });
  }

  /**
   * Messages that come while the database is read are kept and passed on after the answer; tokens are not, because catching
   * up and watching begin in the same turn of the event loop.
   */
  private async subscribe(who: Identity, { id, conversationId, places }: FrameOf<'subscribe'>): Promise<void> {
    const { access, store, fanout, alive } = this.rooms;
    const { conversation } = await access.conversation(conversationId, who);
    const early: Buffer[] = [];
    const stopKeeping = fanout.watchConversation(conversationId, (event, json) => {
      if (event.type === 'message') early.push(json());
    });
    try {
      const running = await store.runningIn(conversationId);
      const known = await store.belonging(
        conversationId,
        places.map(({ generationId }) => generationId),
      );
      if (this.ended) return;
      this.unsubscribe(conversationId);
      this.accept(id, { conversationId, revision: conversation.revision });
      for (const json of early) this.socket.sendShared(json);
      const placeOf = new Map(places.map((place) => [place.generationId, place]));
      const here = alive.all().filter(({ row }) => row.conversationId === conversationId);
      const wanted = new Set([...running, ...known, ...here.map(({ row }) => row.id)]);
      const leaves = [...wanted].map((generationId) => this.bringUpToDate(generationId, placeOf.get(generationId)));
      leaves.push(fanout.watchConversation(conversationId, (_event, json) => this.socket.sendShared(json())));
      this.subscriptions.set(conversationId, () => {
        for (const leave of leaves) leave();
      });
    } finally {
      stopKeeping();
    }
  }

  private bringUpToDate(generationId: string, place: Place | undefined): () => void {
    const live = this.rooms.alive.get(generationId);
    if (!live) return this.rooms.reader.bridge(generationId, place, (event) => this.socket.send(event));
    for (const event of live.catchUp(place)) this.socket.send(event);
    return () => {};
  }

  private unsubscribe(conversationId: string): void {
    this.subscriptions.get(conversationId)?.();
    this.subscriptions.delete(conversationId);
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

  private refuse(re: string, error: unknown): void {
    const known = toAppError(error);
    if (known.code === 'internal') this.rooms.logger.error({ err: error }, 'a socket frame failed unexpectedly');
    const ack: Ack<object> = { re, ok: false, error: problemOf(known) };
    this.socket.send(ack);
  }
}
