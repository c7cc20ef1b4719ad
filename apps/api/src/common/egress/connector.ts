import { lookup as lookUp } from 'node:dns';
import { isIP, type LookupFunction, type Socket } from 'node:net';
import { buildConnector } from 'undici';
import { type Reach, refusalOf } from './address.ts';
import { EgressRefused } from './refused.ts';

const CONNECT_MILLISECONDS = 10_000;

/**
 * Connects only to addresses within reach, and **to the address that was checked**: the check is in the lookup whose answer the
 * socket uses, so a name that is asked twice cannot answer differently. Once connected the other end is looked at again.
 */
export const guardedConnector = (reach: Reach, resolve: typeof lookUp = lookUp): buildConnector.connector => {
  const connect = buildConnector({ timeout: CONNECT_MILLISECONDS, lookup: guardedLookup(reach, resolve) });
  return (options, callback) => {
    const host = options.hostname.replace(/^\[|\]$/g, '');
    // A host that is an address is never looked up.
    const what = isIP(host) === 0 ? null : refusalOf(host, reach);
    if (what !== null) {
      callback(new EgressRefused(host, what), null);
      return;
    }
    connect(options, (...outcome) => {
      const [error, socket] = outcome;
      if (error !== null) return callback(error, null);
      const other = otherEnd(socket, reach);
      if (other === null) return callback(null, socket);
      socket.destroy();
      callback(new EgressRefused(host, other), null);
    });
  };
};

const otherEnd = ({ remoteAddress }: Socket, reach: Reach): string | null =>
  remoteAddress === undefined ? 'gone' : refusalOf(remoteAddress, reach);

/** A name with one address out of reach is refused whole: who mixes them is up to something, or misconfigured. */
const guardedLookup =
  (reach: Reach, resolve: typeof lookUp): LookupFunction =>
  (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '');
      const what = addresses.map(({ address }) => refusalOf(address, reach)).find((found) => found !== null);
      if (what) return callback(new EgressRefused(hostname, what), '');
      if (options.all) return callback(null, addresses);
      const [first] = addresses;
      if (!first) return callback(Object.assign(new Error(`no address for ${hostname}`), { code: 'ENOTFOUND' }), '');
      callback(null, first.address, first.family);
    });
  };
