import { z } from 'zod';
import { type Accepted, Conversation, Message, SendMessage, type StopResult } from './chat.ts';
import { Id, Text } from './common.ts';
import type { Problem } from './errors.ts';
import { Delta, End, Reset, Snapshot } from './stream.ts';

/** Close codes: 4000–4499 mean "come back", 4500–4999 mean "stop trying". */
export const CLOSE = {
  draining: 4000,
  slowReader: 4001,
  leaseLost: 4002,
  helloTimeout: 4003,
  idle: 4004,
  unauthenticated: 4500,
  sessionEnded: 4501,
  protocol: 4502,
  tooManyBadFrames: 4504,
  flooding: 4505,
  tooManySockets: 4506,
} as const;

const request = { id: z.string().min(1).max(64).describe('Chosen by the client; the answer repeats it as `re`') };

/** Where a reader stopped in a generation it had begun to read. */
export const Place = z.strictObject({ generationId: Id, attempt: z.int().min(0), position: z.int().min(0) });
export type Place = z.infer<typeof Place>;

export const Hello = z.strictObject({
  ...request,
  type: z.literal('hello'),
  token: Text.max(4000).optional().describe('Access token or key; browsers leave it out and are known by their cookie'),
});
export const Subscribe = z.strictObject({
  ...request,
  type: z.literal('subscribe'),
  conversationId: Id,
  places: z.array(Place).max(100).default([]),
});
export const Unsubscribe = z.strictObject({ ...request, type: z.literal('unsubscribe'), conversationId: Id });
export const Send = z.strictObject({ ...request, type: z.literal('send'), conversationId: Id, ...SendMessage.shape });
export const Stop = z.strictObject({ ...request, type: z.literal('stop'), generationId: Id });
export const Ping = z.strictObject({ ...request, type: z.literal('ping') });

export const ClientFrame = z.discriminatedUnion('type', [Hello, Subscribe, Unsubscribe, Send, Stop, Ping]);
export type ClientFrame = z.infer<typeof ClientFrame>;

/** Answers: `{re, ok: true, …}` or `{re, ok: false, error}`. */
export const HelloAck = z.object({
  userId: Id,
  sessionId: Id,
  heartbeatSeconds: z.number(),
  replicated: z.boolean().optional().describe('Whether another server may go on with an answer when this one stops'),
});
export const SubscribeAck = z.object({
  conversationId: Id,
  revision: z.int().describe('Of the conversation now; larger than what you have means: read its messages'),
});
export type HelloAck = z.infer<typeof HelloAck>;
export type SubscribeAck = z.infer<typeof SubscribeAck>;
export type SendAck = z.infer<typeof Accepted>;
export type StopAck = z.infer<typeof StopResult>;
export type Ack<T> = ({ re: string; ok: true } & T) | { re: string; ok: false; error: Problem };

/** A message came into being or changed as a whole (sent, answer begun, answer ended, edited). */
export const MessageEvent = z.object({ type: z.literal('message'), message: Message, revision: z.int() });
/** To all sockets of the owner: created, renamed, touched. */
export const ConversationEvent = z.object({ type: z.literal('conversation'), conversation: Conversation });
export const ConversationGone = z.object({ type: z.literal('conversation_deleted'), conversationId: Id });
/** Every `heartbeatSeconds`: what you should have. Anything larger than what you have means: subscribe again with your place. */
export const SocketHeartbeat = z.object({
  type: z.literal('heartbeat'),
  conversations: z.array(z.object({ conversationId: Id, revision: z.int() })),
  generations: z.array(Place),
});
/** The server is about to close this socket; reconnect after the delay. */
export const Move = z.object({ type: z.literal('move'), afterMilliseconds: z.int() });

export const ServerEvent = z.discriminatedUnion('type', [
  Snapshot,
  Delta,
  Reset,
  End,
  MessageEvent,
  ConversationEvent,
  ConversationGone,
  SocketHeartbeat,
  Move,
]);
export type ServerEvent = z.infer<typeof ServerEvent>;
