import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}
/** `key` of an attribute to its value, as OTLP writes it in JSON. */
type Attributes = Record<string, unknown>;
export interface ReceivedSpan {
  name: string;
  kind: number;
  traceId: string;
  spanId: string;
  parentSpanId: string | undefined;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  links: { traceId: string; spanId: string }[];
  attributes: Attributes;
  status: number;
}
export interface Point {
  attributes: Attributes;
  value: number;
  /** Of a histogram. */
  bucketCounts?: number[];
  explicitBounds?: number[];
}

export interface SentryEvent {
  message: string;
  level: string;
  platform: string;
  transaction?: string;
  tags: Record<string, unknown>;
  exception?: { values: { type: string; value: string; stacktrace?: { frames: object[] } }[] };
}

type Keyed = { key: string; value: Record<string, unknown> }[];
const attributesOf = (list: Keyed = []): Attributes =>
  Object.fromEntries(
    list.map(({ key, value }) => {
      const [kind, is] = Object.entries(value)[0] ?? [];
      return [key, kind === 'intValue' ? Number(is) : is];
    }),
  );

type Sent = Omit<ReceivedSpan, 'attributes' | 'links' | 'status'> & {
  attributes?: Keyed;
  links?: ReceivedSpan['links'];
  status?: { code?: number };
};
interface SentSpans {
  resourceSpans: { scopeSpans: { spans: Sent[] }[] }[];
}
interface SentPoints {
  dataPoints: {
    attributes?: Keyed;
    asDouble?: number;
    asInt?: string;
    count?: string;
    bucketCounts?: string[];
    explicitBounds?: number[];
  }[];
}
interface SentFigures {
  resourceMetrics: {
    scopeMetrics: { metrics: { name: string; sum?: SentPoints; gauge?: SentPoints; histogram?: SentPoints }[] }[];
  }[];
}

const PATIENCE_MILLISECONDS = 10_000;

/** Takes telemetry as its real receivers do (OTLP in JSON, Sentry's envelopes, plain JSON), over real HTTP; or behaves as one that is in trouble. */
export class Receiver {
  readonly received: Received[] = [];
  private mood: 'well' | 'failing' | 'hanging' = 'well';

  private constructor(private readonly server: Server) {
    server.on('request', async (request, response) => {
      const pieces: Buffer[] = [];
      for await (const piece of request) pieces.push(piece as Buffer);
      const raw = Buffer.concat(pieces);
      const body = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw).toString();
      this.received.push({ path: request.url ?? '', headers: request.headers, body });
      server.emit('taken');
      if (this.mood === 'hanging') return;
      response.writeHead(this.mood === 'failing' ? 500 : 200, { 'content-type': 'application/json' }).end('{}');
    });
  }

  static async start(): Promise<Receiver> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Receiver(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get dsn(): string {
    return `${this.url.replace('://', '://publickey@')}/7`;
  }

  /** Who waits for a receiver that has hung is cut off when that is over. */
  behave(mood: 'well' | 'failing' | 'hanging'): void {
    this.mood = mood;
    this.server.closeAllConnections();
  }

  at(path: string): Received[] {
    return this.received.filter((one) => one.path.split('?')[0] === path);
  }

  get spans(): ReceivedSpan[] {
    return this.at('/v1/traces').flatMap(({ body }) =>
      (JSON.parse(body) as SentSpans).resourceSpans.flatMap(({ scopeSpans }) =>
        scopeSpans.flatMap(({ spans }) =>
          spans.map(({ attributes, links = [], status, ...rest }) => ({
            ...rest,
            links,
            attributes: attributesOf(attributes),
            status: status?.code ?? 0,
          })),
        ),
      ),
    );
  }

  /** Of the last batch. */
  points(name: string): Point[] {
    const last = this.at('/v1/metrics').at(-1);
    if (!last) return [];
    const [sent] = (JSON.parse(last.body) as SentFigures).resourceMetrics;
    const metric = sent?.scopeMetrics[0]?.metrics.find((one) => one.name === name);
    return ((metric?.sum ?? metric?.gauge ?? metric?.histogram)?.dataPoints ?? []).map(
      ({ attributes, asDouble, asInt, count, bucketCounts, explicitBounds }) => ({
        attributes: attributesOf(attributes),
        value: Number(asDouble ?? asInt ?? count),
        ...(bucketCounts && explicitBounds && { bucketCounts: bucketCounts.map(Number), explicitBounds }),
      }),
    );
  }

  /** Events in Sentry's envelopes: https://develop.sentry.dev/sdk/data-model/envelopes/ */
  get events(): SentryEvent[] {
    return this.at('/api/7/envelope/').flatMap(({ body }) => {
      const [, item = '{}', payload = '{}'] = body.split('\n');
      return JSON.parse(item).type === 'event' ? [JSON.parse(payload)] : [];
    });
  }

  /** What `look` finds, looked for again with everything that arrives. */
  async until<T>(look: () => T | undefined | false): Promise<T> {
    for (;;) {
      const found = look();
      if (found) return found;
      await once(this.server, 'taken', { signal: AbortSignal.timeout(PATIENCE_MILLISECONDS) });
    }
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}
