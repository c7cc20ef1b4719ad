import type { IncomingMessage } from 'node:http';
import { CLOSE, type ServerEvent } from '@chatbox/contracts';
import type { BeforeApplicationShutdown } from '@nestjs/common';
import { type OnGatewayConnection, type OnGatewayInit, WebSocketGateway } from '@nestjs/websockets';
import type { RawData, WebSocket, WebSocketServer } from 'ws';
import { Authenticator } from '../../auth/authenticator.ts';
import { Logger } from '../../common/logger.ts';
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
const HELLO_MILLISECONDS = 10_000;
/** Readers of a stopping server come back over this time, not all at once. */
const MOVE_SPREAD_MILLISECONDS = 3_000;

/** The socket door: JSON text frames on plain WebSocket (RFC 6455). Guards do not cover a handshake, so it is checked here. */
@WebSocketGateway({
  path: '/ws',
  maxPayload: MOST_FRAME_BYTES,
  maxFragments: MOST_FRAGMENTS,
  perMessageDeflate: false,
})
export class SocketGateway implements OnGatewayInit, OnGatewayConnection, BeforeApplicationShutdown {
  private readonly sessions = new Set<SocketSession>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly rooms: SocketRooms,
    private readonly authenticator: Authenticator,
    private readonly conversations: ConversationStore,
    private readonly alive: LiveGenerations,
    private readonly metrics: Metrics,
    private readonly logger: Logger,
  ) {}

  async afterInit(server: WebSocketServer): Promise<void> {
    // Refused before there is a socket; no decorator could do it, because the answer needs the rooms.
    server.options.verifyClient = ({ req }, answer) => {
      if (this.authenticator.originAllowed(req.headers, req.socket.remoteAddress)) answer(true);
      else answer(false, 403, 'This origin may not connect');
    };
    this.timer = setInterval(() => void this.beat(), this.rooms.heartbeatSeconds * 1000);
    this.timer.unref();
  }

  handleConnection(raw: WebSocket, request: IncomingMessage): void {
    const socket = new Socket(raw, request.socket, () => this.metrics.readerTooSlow('ws'));
    // Without a listener a broken frame would end the process.
    raw.on('error', (error) => this.logger.debug({ err: error }, 'a socket broke'));
    const address = this.authenticator.addressOf(request.headers, request.socket.remoteAddress);
    const session = new SocketSession(socket, request.headers.cookie, address, this.rooms);
    this.sessions.add(session);
    this.metrics.readerJoined('ws');
    const hello = setTimeout(() => {
      if (!session.isKnown) socket.close(CLOSE.helloTimeout, 'no hello came');
    }, HELLO_MILLISECONDS);
    raw.on('message', (data: RawData, isBinary: boolean) => {
      if (isBinary) socket.close(CLOSE.protocol, 'frames are text');
      else session.receive(data.toString());
    });
    raw.on('close', () => {
      clearTimeout(hello);
      session.end();
      this.sessions.delete(session);
      this.metrics.readerLeft('ws');
    });
  }

  beforeApplicationShutdown(): void {
    clearInterval(this.timer);
    for (const { socket } of this.sessions) {
      socket.send({
        type: 'move',
        afterMilliseconds: Math.round(Math.random() * MOVE_SPREAD_MILLISECONDS),
      } satisfies ServerEvent);
      socket.close(CLOSE.draining, 'this server is stopping');
    }
  }

  /** One query for all conversations that anybody here watches: who missed a hint sees it in the next heartbeat. */
  private async beat(): Promise<void> {
    const watched = new Set([...this.sessions].flatMap((session) => [...session.watched]));
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
      const own = [...session.watched];
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
