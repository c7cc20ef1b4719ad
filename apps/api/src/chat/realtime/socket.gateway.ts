import type { IncomingMessage } from 'node:http';
import { CLOSE, type ServerEvent } from '@chatbox/contracts';
import { type OnGatewayConnection, type OnGatewayInit, WebSocketGateway } from '@nestjs/websockets';
import { type RawData, WebSocket, type WebSocketServer } from 'ws';
import { Authenticator } from '../../auth/authenticator.ts';
import { Drain } from '../../cluster/drain.ts';
import { Logger } from '../../common/logger.ts';
import { requestIdOf } from '../../http/request-id.ts';
import { Metrics } from '../../metrics/metrics.ts';
import { ConversationStore } from '../conversations/conversation-store.ts';
import { LiveGenerations } from '../generations/live-generations.ts';
import { Socket } from './socket.ts';
import { SocketRooms } from './socket-rooms.ts';
import { SocketSession } from './socket-session.ts';

/** A message may have 200,000 characters, four bytes each at most, and its frame a little more. */
const MOST_FRAME_BYTES = 1024 * 1024;
/** No client of ours splits a message; a proxy may, a little. */
const MOST_FRAGMENTS = 128;
const LOOK_MILLISECONDS = 500;

/** What `ws` makes of a connection. Its listeners are functions for all: closures of its own would be more than half of its memory. */
class Connection extends WebSocket {
  session: SocketSession | undefined;
}

const sessionOf = (raw: WebSocket): SocketSession | undefined => (raw instanceof Connection ? raw.session : undefined);

function onMessage(this: WebSocket, data: RawData, isBinary: boolean): void {
  const session = sessionOf(this);
  if (isBinary) session?.socket.close(CLOSE.protocol, 'frames are text');
  else session?.receive(data.toString());
}

function onPong(this: WebSocket): void {
  const session = sessionOf(this);
  if (session) session.socket.answered = true;
}

/** The socket door: JSON text frames on plain WebSocket (RFC 6455). Guards do not cover a handshake, so it is checked here. */
@WebSocketGateway({
  path: '/ws',
  maxPayload: MOST_FRAME_BYTES,
  maxFragments: MOST_FRAGMENTS,
  perMessageDeflate: false,
  WebSocket: Connection,
})
export class SocketGateway implements OnGatewayInit, OnGatewayConnection {
  private readonly sessions = new Set<SocketSession>();
  private timers: NodeJS.Timeout[] = [];

  /** Without a listener a broken frame would end the process. */
  private readonly onError = (error: Error): void => this.logger.debug({ err: error }, 'a socket broke');
  private readonly onClose: (this: WebSocket) => void;

  constructor(
    private readonly rooms: SocketRooms,
    private readonly authenticator: Authenticator,
    private readonly conversations: ConversationStore,
    private readonly alive: LiveGenerations,
    private readonly drain: Drain,
    private readonly metrics: Metrics,
    private readonly logger: Logger,
  ) {
    const { sessions } = this;
    this.onClose = function () {
      const session = sessionOf(this);
      if (!session) return;
      session.end();
      sessions.delete(session);
      metrics.readerLeft('ws');
    };
  }

  async afterInit(server: WebSocketServer): Promise<void> {
    // Refused before there is a socket; no decorator could do it, because the answer needs the rooms.
    server.options.verifyClient = ({ req }, answer) => {
      if (this.drain.hasBegun) answer(false, 503, 'This server is about to stop');
      else if (this.authenticator.originAllowed(req.headers, req.socket.remoteAddress)) answer(true);
      else answer(false, 403, 'This origin may not connect');
    };
    this.drain.onBegin(() => this.leave());
    this.timers = [
      setInterval(() => void this.beat(), this.rooms.heartbeatSeconds * 1000).unref(),
      setInterval(() => this.look(), LOOK_MILLISECONDS).unref(),
    ];
  }

  handleConnection(raw: Connection, request: IncomingMessage): void {
    const socket = new Socket(raw, request.socket, this.metrics);
    const address = this.authenticator.addressOf(request.headers, request.socket.remoteAddress);
    raw.session = new SocketSession(socket, requestIdOf(request), request.headers.cookie, address, this.rooms);
    this.sessions.add(raw.session);
    this.metrics.readerJoined('ws');
    raw.on('message', onMessage).on('pong', onPong).on('error', this.onError).on('close', this.onClose);
  }

  /** Each is told when to move; who has not gone by itself by then is sent. */
  private leave(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    return this.drain.spread(
      this.sessions,
      ({ socket }, afterMilliseconds) => socket.send({ type: 'move', afterMilliseconds } satisfies ServerEvent),
      ({ socket }) => socket.close(CLOSE.draining, 'this server is stopping'),
    );
  }

  private look(): void {
    const now = performance.now() / 1000;
    for (const session of this.sessions) session.look(now);
  }

  /** One query for all conversations that anybody here watches: who missed a hint sees it in the next heartbeat. */
  private async beat(): Promise<void> {
    const watched = new Set([...this.sessions].flatMap((session) => session.watched));
    let revisions = new Map<string, number>();
    try {
      if (watched.size > 0)
        revisions = new Map(
          (await this.conversations.revisions([...watched])).map((r) => [r.conversationId, r.revision]),
        );
    } catch (error) {
      this.logger.warn({ err: error }, 'a heartbeat went out without revisions');
    }
    const places = Map.groupBy(this.alive.all(), ({ row }) => row.conversationId);
    for (const session of this.sessions) {
      session.socket.ping();
      if (!session.isKnown) continue;
      const own = session.watched;
      session.socket.send({
        type: 'heartbeat',
        conversations: own.flatMap((conversationId) => {
          const revision = revisions.get(conversationId);
          return revision === undefined ? [] : [{ conversationId, revision }];
        }),
        generations: own.flatMap((conversationId) =>
          (places.get(conversationId) ?? []).map(({ row, shown }) => ({
            generationId: row.id,
            attempt: row.attempt,
            position: shown.position,
          })),
        ),
      } satisfies ServerEvent);
    }
  }
}
