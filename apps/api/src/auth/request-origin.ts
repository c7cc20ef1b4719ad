import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { all, compile } from '@fastify/proxy-addr';
import { Injectable } from '@nestjs/common';
import { Config } from '../config/config.ts';

/** A request or a socket's handshake, as far as it matters where it comes from. */
export interface Arrival {
  readonly headers: IncomingHttpHeaders;
  /** Address of the other end of the connection. Forwarded headers count only when it is a trusted proxy. */
  readonly peer?: string | undefined;
}

/** Where a page of ours lives in the browser that shows it. */
export interface OwnPage {
  readonly origin: string;
  readonly hostname: string;
}

/** Tells requests of our own pages from those that another site makes a browser send. */
@Injectable()
export class RequestOrigin {
  private readonly isTrustedProxy: (address: string) => boolean;
  private readonly friends: ReadonlySet<string>;
  private readonly publicUrl: URL | null;

  constructor(config: Config) {
    const trust = compile(split(config.TRUSTED_PROXIES));
    this.isTrustedProxy = (address) => trust(address, 0);
    this.publicUrl = config.PUBLIC_URL === undefined ? null : new URL(config.PUBLIC_URL);
    this.friends = new Set(
      [config.PUBLIC_URL, ...split(config.CORS_ORIGIN)].map(originOf).filter((origin) => origin !== null),
    );
  }

  /**
   * Whether a browser vouches that one of our own pages sent this: the `Origin` is ours or a friend's, and `Sec-Fetch-Site` does not say
   * otherwise. `undefined` when it says nothing, as programs do.
   */
  vouched({ headers, peer }: Arrival): boolean | undefined {
    const { origin } = headers;
    const site = headers['sec-fetch-site'];
    if (origin === undefined) return site === undefined ? undefined : site === 'same-origin' || site === 'none';
    const normal = originOf(origin);
    if (normal === null) return false;
    if (this.friends.has(normal)) return true;
    // Hosts only: a proxy that ends TLS without saying so leaves us with another scheme than the browser has.
    if (new URL(normal).host !== this.hostOf({ headers, peer })) return false;
    return site === undefined || site === 'same-origin' || site === 'none';
  }

  /** The name people know us by: that of PUBLIC_URL or, without one, the one that was asked for. undefined without any. */
  hostname(arrival: Arrival): string | undefined {
    return this.publicUrl?.hostname ?? URL.parse(`http://${this.hostOf(arrival) ?? ''}`)?.hostname;
  }

  /** The page that sent this, where a browser vouches that it is one of our own; a friend's is not. */
  ownPage(arrival: Arrival): OwnPage | null {
    const page = URL.parse(arrival.headers.origin ?? '');
    if (page === null || this.vouched(arrival) !== true || page.host !== (this.publicUrl?.host ?? this.hostOf(arrival)))
      return null;
    return { origin: page.origin, hostname: page.hostname };
  }

  /** As Fastify makes `request.ip`: the nearest address that is not a trusted proxy. */
  addressOf({ headers, peer }: Arrival): string | null {
    if (peer === undefined) return null;
    const request = { headers, socket: { remoteAddress: peer } } as unknown as IncomingMessage;
    return all(request, (address) => this.trusts(address)).at(-1) ?? null;
  }

  isSecure({ headers, peer }: Arrival, encrypted: boolean): boolean {
    const forwarded = this.trusts(peer) ? first(headers['x-forwarded-proto']) : undefined;
    return forwarded === undefined ? encrypted : forwarded === 'https';
  }

  private hostOf({ headers, peer }: Arrival): string | undefined {
    const forwarded = this.trusts(peer) ? first(headers['x-forwarded-host']) : undefined;
    return (forwarded ?? headers.host)?.toLowerCase();
  }

  private trusts(peer: string | undefined): boolean {
    return peer !== undefined && this.isTrustedProxy(peer.replace(/^::ffff:/, ''));
  }
}

const split = (list: string | undefined): string[] =>
  (list ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .filter(Boolean);

/** Proxies append to a list; the first entry is what the browser used. */
const first = (value: string | string[] | undefined): string | undefined => split(String(value ?? ''))[0];

/** `https://host:port`, null for `null`, schemes without an origin and nonsense. */
const originOf = (address: string | undefined): string | null => {
  const url = URL.parse(address ?? '');
  return url === null || (url.protocol !== 'http:' && url.protocol !== 'https:') ? null : url.origin;
};
