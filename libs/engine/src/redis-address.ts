import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import type { RedisOptions } from 'ioredis';

/** Where Redis is and how to get in. Parsed once; a password stays in here and is in no message. */
export interface RedisAddress {
  readonly database: number;
  readonly options: RedisOptions;
}

/** The text is not an address of one of the known forms. Says which rule it breaks and never repeats it. */
export class RedisAddressError extends Error {
  override readonly name = 'RedisAddressError';
}

const FORM = /^(rediss?)(\+sentinel)?:\/\/(?:([^@/?#]*)@)?([^@/?#]+)(?:\/([^?#]*))?(?:\?([^#]*))?$/;
const PARAMETERS = ['ca', 'sentinelUsername', 'sentinelPassword'];
const PORTS = { redis: 6379, sentinel: 26_379 };

/**
 * - `redis://[user:password@]host[:port][/database]`, and `rediss://…` for TLS;
 * - `redis+sentinel://[user:password@]host[:port],host[:port],…/name[/database]`, and `rediss+sentinel://…` for TLS to the
 *   sentinels too, where `name` is what the sentinels call the primary.
 *
 * Parameters: `ca`, a file with the certificates of an authority of one's own; `sentinelUsername` and `sentinelPassword`,
 * where sentinels ask for them.
 */
export const parseRedisAddress = (text: string): RedisAddress => {
  const [, scheme, sentinel, credentials, hosts = '', path = '', query] = FORM.exec(text.trim()) ?? [];
  if (!scheme)
    throw new RedisAddressError('must begin with redis://, rediss://, redis+sentinel:// or rediss+sentinel://');
  const parameters = new URLSearchParams(query);
  for (const name of parameters.keys())
    if (!PARAMETERS.includes(name)) throw new RedisAddressError(`knows the parameters ${PARAMETERS.join(', ')} only`);
  const [name, database] = sentinel ? path.split('/') : [undefined, path];
  if (sentinel && !name) throw new RedisAddressError('must name the primary after the sentinels: …/name');
  const places = hosts.split(',').map((place) => placeOf(place, sentinel ? PORTS.sentinel : PORTS.redis));
  const [first] = places;
  if (!first || (places.length > 1 && !sentinel))
    throw new RedisAddressError('must name one host, unless it names sentinels');
  const encrypted = scheme === 'rediss';
  const options: RedisOptions = {
    ...credentialsOf(credentials),
    db: databaseOf(database),
    ...(sentinel
      ? { sentinels: places, name: name ?? '', ...sentinelAccess(parameters), failoverDetector: true }
      : { host: first.host, port: first.port }),
    ...(encrypted && { tls: encryption(parameters.get('ca'), sentinel ? undefined : first.host) }),
    ...(encrypted && sentinel && { sentinelTLS: encryption(parameters.get('ca')), enableTLSForSentinelMode: true }),
  };
  return { database: databaseOf(database), options };
};

export const isRedisAddress = (text: string): boolean => {
  try {
    parseRedisAddress(text);
    return true;
  } catch {
    return false;
  }
};

const placeOf = (text: string, usual: number): { host: string; port: number } => {
  const [, host = '', port] = /^(\[[^\]]+\]|[^:[\]]+)(?::(\d{1,5}))?$/.exec(text.trim()) ?? [];
  if (!host || Number(port ?? usual) > 65_535) throw new RedisAddressError('must name each host as host or host:port');
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(port ?? usual) };
};

const databaseOf = (text = ''): number => {
  if (!/^\d{0,4}$/.test(text)) throw new RedisAddressError('must end with the number of a database, or with none');
  return Number(text);
};

const credentialsOf = (text: string | undefined): RedisOptions => {
  if (!text) return {};
  const [, username = '', password] = /^([^:]*)(?::(.*))?$/.exec(text) ?? [];
  try {
    return {
      ...(username && { username: decodeURIComponent(username) }),
      ...(password && { password: decodeURIComponent(password) }),
    };
  } catch {
    throw new RedisAddressError('must have user and password percent-encoded');
  }
};

const sentinelAccess = (parameters: URLSearchParams): RedisOptions => {
  const username = parameters.get('sentinelUsername');
  const password = parameters.get('sentinelPassword');
  return { ...(username && { sentinelUsername: username }), ...(password && { sentinelPassword: password }) };
};

const encryption = (ca: string | null, host?: string): ConnectionOptions => ({
  ...(ca !== null && { ca: certificatesIn(ca) }),
  ...(host && isIP(host) === 0 && { servername: host }),
});

const certificatesIn = (file: string): Buffer => {
  try {
    return readFileSync(file);
  } catch {
    throw new RedisAddressError('names a file in "ca" that cannot be read');
  }
};
