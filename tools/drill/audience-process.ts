import { WebSocket } from 'ws';
import { backoff } from '../../libs/chat-client/src/backoff.ts';
import type { News, Order } from './audience.ts';

/** How many are opened at once at the beginning; afterwards they come back as they like. */
const HANDS = 50;

/** A socket that watches a conversation and comes back as a chat client does. */
class Seat {
  private readonly url: string;
  private readonly seat: Order['seats'][number];
  private readonly onWatching: (seat: Seat) => void;
  private tries = 0;
  lostAt = 0;
  allTries = 0;

  constructor(url: string, seat: Order['seats'][number], onWatching: (seat: Seat) => void) {
    this.url = url;
    this.seat = seat;
    this.onWatching = onWatching;
  }

  open(): void {
    this.allTries += 1;
    const socket = new WebSocket(this.url, { perMessageDeflate: false, handshakeTimeout: 10_000 });
    const send = (frame: object): void => socket.send(JSON.stringify(frame));
    let watching = false;
    socket.on('open', () => send({ id: 'hello', type: 'hello', token: this.seat.token }));
    socket.on('message', (data: Buffer) => {
      if (watching) return;
      const { re, ok } = JSON.parse(data.toString()) as { re?: string; ok?: boolean };
      if (re === undefined) return;
      if (!ok) return socket.terminate();
      if (re === 'hello')
        return send({ id: 'watch', type: 'subscribe', conversationId: this.seat.conversationId, places: [] });
      watching = true;
      this.tries = 0;
      this.onWatching(this);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      if (watching) this.lostAt = performance.now();
      setTimeout(() => this.open(), backoff(this.tries));
      this.tries += 1;
    });
  }
}

const tell = (news: News): void => void process.send?.(news);

process.on('disconnect', () => process.exit(0));
process.on('message', ({ url, count, seats }: Order) => {
  const watching = new Set<Seat>();
  let isOpen = false;
  let opened = 0;
  let milliseconds: number[] = [];
  let before = 0;
  const all: Seat[] = [];
  const next = (): void => {
    const place = seats[opened % seats.length];
    if (opened >= count || !place) return;
    opened += 1;
    const seat = new Seat(`${url.replace('http', 'ws')}/ws`, place, arrived);
    all.push(seat);
    seat.open();
  };
  const tries = (): number => all.reduce((sum, seat) => sum + seat.allTries, 0);
  const arrived = (seat: Seat): void => {
    if (isOpen) {
      milliseconds.push(performance.now() - seat.lostAt);
      if (milliseconds.length < count) return;
      tell({ type: 'back', milliseconds, tries: tries() - before });
      milliseconds = [];
      before = tries();
      return;
    }
    if (!watching.has(seat)) next();
    watching.add(seat);
    if (watching.size < count) return;
    isOpen = true;
    before = tries();
    tell({ type: 'watching' });
  };
  for (let hand = 0; hand < HANDS; hand += 1) next();
});
