import type { FastifyReply } from 'fastify';

export interface Standing {
  /** Name of the limit; a token, so it needs no escaping. */
  readonly name: string;
  readonly limit: number;
  readonly windowSeconds: number;
  readonly remaining: number;
  readonly resetSeconds: number;
}

/** `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-10): lists, to which every limit adds its item. */
export const tellStanding = (reply: FastifyReply, standing: Standing): void => {
  const { name, limit, windowSeconds, remaining, resetSeconds } = standing;
  append(reply, 'ratelimit-policy', `"${name}";q=${limit};w=${windowSeconds}`);
  append(reply, 'ratelimit', `"${name}";r=${remaining};t=${resetSeconds}`);
};

const append = (reply: FastifyReply, name: string, item: string): void => {
  const before = reply.getHeader(name);
  reply.header(name, before === undefined ? item : `${String(before)}, ${item}`);
};
