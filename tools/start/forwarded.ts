import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';

/** RFC 9110 section 7.6.1: these speak of one connection only. */
const HOP_BY_HOP = ['keep-alive', 'proxy-authenticate', 'proxy-authorization', 'proxy-connection', 'te', 'trailer'];
/** What other gateways and frameworks steer by; nobody outside may. */
const NOT_FROM_OUTSIDE = ['forwarded', 'x-original-url', 'x-rewrite-url', 'x-middleware-subrequest', 'x-real-ip'];
const REQUEST_ID = /^[\w.-]{1,64}$/;

export type Trust = (address: string) => boolean;

/** Addresses and networks (`10.0.0.0/8`), separated by commas. A proxy in front of us that is not named here is a client. */
export const trusting = (list: string): Trust => {
  const trusted = new BlockList();
  for (const entry of list.split(',').map((part) => part.trim())) {
    const [address = '', bits] = entry.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (isIP(address) === 0) continue;
    if (bits === undefined) trusted.addAddress(address, family);
    else trusted.addSubnet(address, Number(bits), family);
  }
  return (address) => trusted.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
};

/**
 * The path of an absolute-form target (RFC 9112 section 3.2.2) is as good as the plain one, so that both go the same way.
 * `null`: not a target a server has to answer.
 */
export const originForm = (target: string): string | null => {
  if (target.startsWith('/')) return target;
  const absolute = /^https?:\/\/[^/?#]*([/?].*)?$/i.exec(target);
  if (!absolute) return null;
  const rest = absolute[1] ?? '/';
  return rest.startsWith('/') ? rest : `/${rest}`;
};

/** Rewrites the headers of a request for the servers behind: connection headers go, who asked and through what is said. */
export const prepareHeaders = (request: IncomingMessage, isTrusted: Trust, isUpgrade: boolean): void => {
  const { headers } = request;
  const named = (headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase());
  for (const name of [...HOP_BY_HOP, ...NOT_FROM_OUTSIDE, ...named]) if (name !== 'upgrade') delete headers[name];
  if (isUpgrade) headers.connection = 'upgrade';
  else {
    delete headers.connection;
    delete headers.upgrade;
  }
  const peer = (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
  const before = isTrusted(peer);
  const chain = before ? headers['x-forwarded-for'] : undefined;
  headers['x-forwarded-for'] = chain ? `${chain}, ${peer}` : peer;
  headers['x-forwarded-proto'] = (before && headers['x-forwarded-proto']) || 'http';
  headers['x-forwarded-host'] = (before && headers['x-forwarded-host']) || headers.host || '';
  delete headers['x-forwarded-port'];
  const id = headers['x-request-id'];
  headers['x-request-id'] = typeof id === 'string' && REQUEST_ID.test(id) ? id : randomUUID();
};
