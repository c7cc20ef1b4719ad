import { isIPv4 } from 'node:net';
import type { FastifyRequest } from 'fastify';
import ipaddr from 'ipaddr.js';
import type { Identity } from '../common/identity.ts';

export type Asking = FastifyRequest & { identity?: Identity };

/** What everybody with one line of the internet shares: an IPv4 address, or the /64 of an IPv6 one (RFC 6177). */
export const addressOf = ({ ip }: Pick<FastifyRequest, 'ip'>): string => {
  if (isIPv4(ip)) return ip;
  if (!ipaddr.isValid(ip)) return 'unknown';
  const address = ipaddr.process(ip);
  if (address.kind() === 'ipv4') return address.toString();
  const network = ipaddr.IPv6.networkAddressFromCIDR(`${address.toString()}/64`);
  return `${network.toString()}/64`;
};

/** All sessions and keys of a person count together: a key is no way to more. */
export const trackerOf = (request: Asking): string =>
  request.identity ? `person ${request.identity.userId}` : `address ${addressOf(request)}`;

/** The guards come before the schemas, so the body may be anything. As the contracts normalise an e-mail. */
export const emailOf = ({ body }: Pick<FastifyRequest, 'body'>): string | null => {
  if (typeof body !== 'object' || body === null || !('email' in body) || typeof body.email !== 'string') return null;
  const email = body.email.trim().toLowerCase();
  return email.length <= 320 ? email : null;
};
