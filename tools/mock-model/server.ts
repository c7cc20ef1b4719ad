import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { anthropicError, anthropicModels, message } from './anthropic.ts';
import { type Defaults, type Wish, wishOf } from './directives.ts';
import { completion, openaiError, openaiModels, openaiUsage } from './openai.ts';
import { send } from './sse.ts';
import { seedOf, tokensOf, words } from './words.ts';

export interface MockOptions extends Defaults {
  host?: string;
  port?: number;
  models?: readonly string[];
  /** Requests without it are refused. Not given: anything is let in. */
  key?: string;
  /** How many requests are remembered; benchmarks say 0. */
  remember?: number;
}

export interface SeenRequest {
  method: string;
  path: string;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: ChatBody | undefined;
}

export interface MockModel {
  /** `http://127.0.0.1:port`; the OpenAI base is `${url}/v1`, the Anthropic base is `url`. */
  url: string;
  requests: SeenRequest[];
  /** Streams that are open now. */
  streams(): number;
  close(): Promise<void>;
}

interface ChatBody {
  model: string;
  messages: { role: string; content: string | { type: string; text?: string }[] }[];
  system?: unknown;
  stream?: boolean;
  max_tokens?: number;
  max_completion_tokens?: number;
  stream_options?: { include_usage?: boolean };
}

export const MOCK_MODELS = ['mock-large', 'mock-small', 'gpt-4o-mini', 'claude-haiku-4-5', 'text-embedding-3-small'];

/** A model server speaking the real wire formats of OpenAI and Anthropic, with every failure on request. */
export const startMockModel = async (options: MockOptions = {}): Promise<MockModel> => {
  const requests: SeenRequest[] = [];
  const failed = new Map<string, number>();
  let streams = 0;
  let calls = 0;

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    const anthropic = request.headers['anthropic-version'] !== undefined;
    const body = request.method === 'POST' ? (JSON.parse(await textOf(request)) as ChatBody) : undefined;
    if (requests.length < (options.remember ?? 1_000))
      requests.push({ method: request.method ?? '', path, headers: request.headers, body });

    const refuse = (name: string, wish?: Wish): void => {
      const { status, body } = anthropic ? anthropicError(name) : openaiError(name);
      const after = wish?.retryAfterSeconds;
      json(response, status, body, after === undefined ? {} : { 'retry-after': String(after) });
    };
    if (options.key !== undefined && keyOf(request) !== options.key) return refuse('401');
    const ids = options.models ?? MOCK_MODELS;
    if (path === '/v1/models') return json(response, 200, anthropic ? anthropicModels(ids) : openaiModels(ids));
    if (!body || (path !== '/v1/chat/completions' && path !== '/v1/messages'))
      return json(response, 404, {
        error: { message: `Invalid URL (${request.method} ${path})`, type: 'invalid_request_error' },
      });

    const { asked, begun, isToGoOn } = questionOf(body);
    const wish = wishOf(asked, options);
    if (wish.error !== undefined) {
      const before = failed.get(asked) ?? 0;
      failed.set(asked, before + 1);
      if (before < wish.failures) return refuse(wish.error, wish);
    }
    calls += 1;
    const rest = (tokens: string[]): string[] =>
      isToGoOn ? wentOn(tokens, begun) : path === '/v1/messages' ? after(tokens, begun) : tokens;
    const made = compose(body, asked, wish, path === '/v1/messages', calls, rest);
    if (!body.stream) return json(response, 200, made.whole());
    streams += 1;
    response.once('close', () => {
      streams -= 1;
    });
    await send(response, made.script(Boolean(body.stream_options?.include_usage) && wish.usage), wish);
  };

  const server = createServer((request, response) => {
    request.socket.setNoDelay(true);
    answer(request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else json(response, 400, { error: { message: String(error), type: 'invalid_request_error' } });
    });
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port: options.port ?? 0, host: options.host ?? '127.0.0.1', backlog: 4_096 }, resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    streams: () => streams,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

const compose = (
  body: ChatBody,
  asked: string,
  wish: Wish,
  anthropic: boolean,
  call: number,
  rest: (tokens: string[]) => string[],
) => {
  const seed = seedOf(asked);
  const reasoning = words(seed ^ 0x5bd1e995, wish.reasoningTokens);
  const whole = wish.text === undefined ? words(seed, wish.tokens) : tokensOf(wish.text);
  const limit = body.max_completion_tokens ?? body.max_tokens ?? Number.POSITIVE_INFINITY;
  const limited = whole.length > limit;
  const answer = rest(limited ? whole.slice(0, limit) : whole);
  const input = body.messages.reduce((sum, { content }) => sum + tokensOf(plain(content)).length, 0);
  const output = answer.length + reasoning.length;
  if (anthropic) {
    const id = `msg_mock${call}`;
    const usage = { input, cached: wish.cachedTokens, output };
    return message(id, body.model, reasoning, answer, usage, {
      ...wish,
      finish: wish.finish ?? (limited ? 'max_tokens' : undefined),
    });
  }
  const usage = openaiUsage(input, wish.cachedTokens, output, reasoning.length);
  return completion(`chatcmpl-mock${call}`, body.model, reasoning, answer, usage, {
    ...wish,
    finish: wish.finish ?? (limited ? 'length' : undefined),
  });
};

/** In what words people, and programs, ask for the rest of an answer. */
const GO_ON = /cut off.*\b(?:go on|continue)\b/is;

/** What is to be answered: the last question, or the one before where the last turn asks for the rest of its answer. */
const questionOf = ({ messages }: ChatBody): { asked: string; begun: string; isToGoOn: boolean } => {
  const last = messages.findLastIndex(({ role }) => role === 'user');
  const asked = plain(messages[last]?.content ?? '');
  const before = messages[last - 1];
  if (before?.role === 'assistant' && last === messages.length - 1 && GO_ON.test(asked)) {
    const question = plain(messages[last - 2]?.content ?? '');
    return { asked: question, begun: plain(before.content), isToGoOn: true };
  }
  const begun = last < messages.length - 1 ? plain(messages.at(-1)?.content ?? '') : '';
  return { asked, begun, isToGoOn: false };
};

/** A last turn of the assistant is the beginning of the answer: what follows it is said. */
const after = (tokens: string[], begun: string): string[] => {
  const text = tokens.join('');
  return text.startsWith(begun) ? tokensOf(text.slice(begun.length)) : tokens;
};

const LAST_WORDS = 6;

/**
 * As models do that are asked for the rest: most say the last words again first, without white space in front, some go on at
 * the next character, some say the whole again. The same beginning is always gone on with in the same way.
 */
const wentOn = (tokens: string[], begun: string): string[] => {
  const way = seedOf(begun) % 4;
  if (way === 0) return tokens;
  const rest = after(tokens, begun);
  if (way === 1 || rest === tokens) return rest;
  const [first = '', ...more] = tokensOf(begun).slice(-LAST_WORDS);
  return [first.trimStart(), ...more, ...rest];
};

const plain = (content: ChatBody['messages'][number]['content']): string =>
  typeof content === 'string' ? content : content.map(({ text = '' }) => text).join('');

const keyOf = ({ headers }: IncomingMessage): string | undefined =>
  headers['x-api-key']?.toString() ?? /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1];

const textOf = async (request: IncomingMessage): Promise<string> => {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString('utf8');
};

const json = (response: ServerResponse, status: number, body: object, headers: Record<string, string> = {}): void => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
};
