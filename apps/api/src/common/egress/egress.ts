import { isIP } from 'node:net';
import { Agent, fetch as undiciFetch } from 'undici';
import { type Reach, refusalOf } from './address.ts';
import { guardedConnector } from './connector.ts';
import { EgressRefused } from './refused.ts';

export interface EgressLimits {
  reach: Reach;
  /** Of one answer; what is longer ends as a cut. */
  mostBytes: number;
  /** Of a whole request with its answer; not given: as long as the caller's own signal allows. */
  totalMilliseconds?: number;
}

type Fetch = typeof globalThis.fetch;

const MOST_REDIRECTS = 5;
const MOST_HEADER_BYTES = 64 * 1024;
/** What may follow to another origin: nothing that the first one was trusted with. */
const HARMLESS = ['accept', 'accept-language', 'user-agent'];

/**
 * The one way out to hosts that a person chose. Only http and https, no name or password in the address, only addresses
 * within reach, checked again at every redirect and connected to as checked; answers of bounded size, uncompressed, so that a few bytes
 * never become many.
 */
export class Egress {
  private readonly agent: Agent;

  constructor(
    private readonly limits: EgressLimits,
    connector = guardedConnector(limits.reach),
  ) {
    this.agent = new Agent({
      connect: connector,
      maxResponseSize: limits.mostBytes,
      maxHeaderSize: MOST_HEADER_BYTES,
      // Silence is the caller's to judge; this only ends what nobody waits for any more.
      bodyTimeout: 600_000,
      headersTimeout: 600_000,
    });
  }

  /** Drop-in for the global one. What it refuses it throws as fetch does, with the refusal as the cause. */
  readonly fetch: Fetch = async (input, init = {}) => {
    if (typeof input !== 'string' && !(input instanceof URL)) throw new TypeError('an address is text or a URL');
    const signal = this.timed(init.signal ?? undefined);
    let url = this.checked(input);
    let headers = new Headers(init.headers);
    for (let redirects = 0; ; redirects += 1) {
      headers.set('accept-encoding', 'identity');
      const answer = await this.ask(url, { ...init, headers, signal });
      const location = REDIRECTS.has(answer.status) ? answer.headers.get('location') : null;
      if (location === null || init.redirect === 'manual') return uncompressed(url, answer);
      await answer.body?.cancel();
      if (init.redirect === 'error') throw failed(new Error('unexpected redirect'));
      if (!SAFE.has((init.method ?? 'GET').toUpperCase()))
        throw failed(new Error('a redirect of what is not a question'));
      if (redirects >= MOST_REDIRECTS) throw failed(new Error('redirect count exceeded'));
      const next = this.checked(new URL(location, url));
      if (next.origin !== url.origin)
        headers = new Headers([...headers].filter(([name]) => HARMLESS.includes(name.toLowerCase())));
      url = next;
    }
  };

  /** What speaks against an address as it is written; names are looked up only when they are used. Null: nothing. */
  refusal(address: string | URL): string | null {
    const url = URL.parse(String(address));
    if (url === null || !/^https?:$/.test(url.protocol)) return 'not an address of the web';
    if (url.username !== '' || url.password !== '') return 'an address with a user name or a password';
    const host = url.hostname.replace(/^\[|\]$/g, '');
    return isIP(host) === 0 ? null : refusalOf(host, this.limits.reach);
  }

  close(): Promise<void> {
    return this.agent.destroy();
  }

  private checked(address: string | URL): URL {
    const what = this.refusal(address);
    const url = URL.parse(String(address));
    if (what !== null || url === null) throw failed(new EgressRefused(url?.host ?? 'this', what ?? 'not an address'));
    return url;
  }

  private async ask(url: URL, init: RequestInit & { headers: Headers }): Promise<Response> {
    const asked = { ...init, headers: [...init.headers], redirect: 'manual', dispatcher: this.agent };
    // Undici's own types name the same things apart from those of the platform.
    return (await undiciFetch(url, asked as Parameters<typeof undiciFetch>[1])) as unknown as Response;
  }

  private timed(signal: AbortSignal | undefined): AbortSignal | undefined {
    if (this.limits.totalMilliseconds === undefined) return signal;
    const late = AbortSignal.timeout(this.limits.totalMilliseconds);
    return signal === undefined ? late : AbortSignal.any([signal, late]);
  }
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const SAFE = new Set(['GET', 'HEAD']);

const uncompressed = async (url: URL, answer: Response): Promise<Response> => {
  const encoding = answer.headers.get('content-encoding') ?? 'identity';
  if (encoding.trim().toLowerCase() === 'identity') return answer;
  await answer.body?.cancel();
  throw failed(new Error(`${url.host} sent a compressed answer that nobody asked for`));
};

const failed = (cause: Error): TypeError => new TypeError('fetch failed', { cause });
