import type { FastifyRequest } from 'fastify';
import { type From, fromOf } from '../common/audit-log.ts';
import type { Arrival } from './request-origin.ts';

/** What a session remembers of the program it was opened from, for the person to recognise it. */
export interface Device extends From {
  readonly userAgent: string | null;
}

const USER_AGENT_MAX = 300;

export const arrivalOf = (request: FastifyRequest): Arrival => ({
  headers: request.headers,
  peer: request.raw.socket.remoteAddress,
});

export const isEncrypted = (request: FastifyRequest): boolean => 'encrypted' in request.raw.socket;

export const deviceOf = (request: FastifyRequest): Device => ({
  ...fromOf(request),
  userAgent: request.headers['user-agent']?.slice(0, USER_AGENT_MAX) ?? null,
});
