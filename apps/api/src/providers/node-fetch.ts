import { type ClientRequest, Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { Readable } from 'node:stream';
import type { ReadableStream as WebStream } from 'node:stream/web';

/**
 * One byte: what is not asked for stays in the kernel, where later pieces join it, instead of being taken out piece by piece. The
 * same for what is sent means nothing, a request is written at once.
 */
const options = { keepAlive: true, highWaterMark: 1 };
const plain = new HttpAgent(options);
const secure = new HttpsAgent(options);

const streams = new WeakMap<Response, IncomingMessage>();

/**
 * `fetch` as far as the vendors' SDKs need it. The body of an event stream is not in the answer's `body`, but can be had with
 * `streamOf`: reading web streams costs more processor time than all that is done with an answer afterwards.
 */
export const nodeFetch = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
  const url = new URL(input instanceof Request ? input.url : input);
  const message = await ask(url, init);
  const { statusCode: status = 500, statusMessage: statusText = '' } = message;
  if (init.redirect === 'error' && status >= 300 && status < 400) {
    message.destroy();
    throw new TypeError('fetch failed', { cause: new Error('unexpected redirect') });
  }
  const headers = new Headers();
  for (const [name, value] of Object.entries(message.headers))
    for (const one of [value ?? []].flat()) headers.append(name, one);
  if (status === 200 && isEventStream(headers)) {
    const response = new Response(null, { status, statusText, headers });
    streams.set(response, message);
    return response;
  }
  const body = status === 204 || status === 304 ? null : (Readable.toWeb(message) as WebStream as ReadableStream);
  return new Response(body, { status, statusText, headers });
};

/** The event stream that an answer is, also one of another `fetch`. Undefined where it is none. */
export const streamOf = (response: Response): Readable | undefined => {
  const own = streams.get(response);
  if (own || !response.body || !isEventStream(response.headers)) return own;
  return Readable.fromWeb(response.body as WebStream, { highWaterMark: 1 });
};

/** Some servers do not say what they send. */
const isEventStream = (headers: Headers): boolean => /event-stream/.test(headers.get('content-type') ?? 'event-stream');

const ask = (url: URL, init: RequestInit): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const { method = 'GET', signal } = init;
    const headers = Object.fromEntries(new Headers(init.headers));
    const all = { method, headers, ...(signal && { signal }) };
    const request: ClientRequest =
      url.protocol === 'https:'
        ? httpsRequest(url, { ...all, agent: secure })
        : httpRequest(url, { ...all, agent: plain });
    request.on('response', resolve);
    request.on('error', (error: NodeJS.ErrnoException) => {
      // The other side closed a kept connection just when it was used again: nothing has been answered, nothing was done.
      if (request.reusedSocket && error.code === 'ECONNRESET') ask(url, init).then(resolve, reject);
      else reject(error);
    });
    request.end(init.body as string | undefined);
  });
