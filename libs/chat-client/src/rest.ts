import type { ErrorCode, Problem, ROUTES, RouteName } from '@chatbox/contracts';
import { ChatError, isUnauthenticated } from './chat-error.ts';

type Path<Name extends RouteName> = (typeof ROUTES)[Name]['path'];
type Verb<Name extends RouteName> = (typeof ROUTES)[Name]['method'];

/** The routes this library calls. Checked against the contracts' table by the compiler, and free of its schemas at run time. */
const CALLS = {
  'conversations.list': ['GET', '/api/v1/conversations'],
  'conversations.create': ['POST', '/api/v1/conversations'],
  'conversations.read': ['GET', '/api/v1/conversations/:id'],
  'conversations.update': ['PATCH', '/api/v1/conversations/:id'],
  'conversations.delete': ['DELETE', '/api/v1/conversations/:id'],
  'messages.list': ['GET', '/api/v1/conversations/:id/messages'],
  'messages.send': ['POST', '/api/v1/conversations/:id/messages'],
  'messages.regenerate': ['POST', '/api/v1/messages/:id/regenerate'],
  'generations.read': ['GET', '/api/v1/generations/:id'],
  'generations.stop': ['POST', '/api/v1/generations/:id/stop'],
  'generations.events': ['GET', '/api/v1/generations/:id/events'],
  'models.list': ['GET', '/api/v1/models'],
} as const satisfies { [Name in RouteName]?: readonly [Verb<Name>, Path<Name>] };
export type CallName = keyof typeof CALLS;

type Json<T> = T extends { _zod: { output: infer Output } } ? Output : undefined;
type Sent<T> = T extends { _zod: { input: infer Input } } ? Input : undefined;
export type Answer<Name extends CallName> = Json<
  (typeof ROUTES)[Name] extends { response: infer Shape } ? Shape : undefined
>;
export interface Call<Name extends CallName> {
  /** Stands for `:id` in the path. */
  id?: string;
  query?: Record<string, string | number | undefined>;
  body?: Sent<(typeof ROUTES)[Name] extends { body: infer Shape } ? Shape : undefined>;
  signal?: AbortSignal;
  headers?: Record<string, string>;
}

export interface RestOptions {
  url: string;
  fetch: typeof fetch;
  token?: () => Promise<string | undefined>;
  /** Called once after an answer that says the access token is over. True: try again. */
  refresh?: () => Promise<boolean>;
}

const TIMEOUT_MILLISECONDS = 30_000;

export class Rest {
  constructor(private readonly options: RestOptions) {}

  /** @throws ChatError with the server's problem, or `network` when no answer arrived within 30 s. */
  async call<Name extends CallName>(name: Name, call: Call<Name> = {}): Promise<Answer<Name>> {
    const timeout = AbortSignal.timeout(TIMEOUT_MILLISECONDS);
    const signal = call.signal ? AbortSignal.any([call.signal, timeout]) : timeout;
    const response = await this.open(name, { ...call, signal });
    if (response.status === 204) return undefined as Answer<Name>;
    try {
      return (await response.json()) as Answer<Name>;
    } catch (error) {
      throw ChatError.network('The answer of the server broke off', error);
    }
  }

  /** The response itself, when it is a success. */
  async open<Name extends CallName>(name: Name, call: Call<Name> = {}): Promise<Response> {
    const first = await this.fetchOnce(name, call);
    if (first.ok) return first;
    const error = await errorOf(first);
    if (!isUnauthenticated(error.code) || !(await this.options.refresh?.())) throw error;
    const second = await this.fetchOnce(name, call);
    if (second.ok) return second;
    throw await errorOf(second);
  }

  private async fetchOnce<Name extends CallName>(name: Name, call: Call<Name>): Promise<Response> {
    const [method, template] = CALLS[name];
    const query = new URLSearchParams();
    for (const [key, value] of Object.entries(call.query ?? {})) if (value !== undefined) query.set(key, String(value));
    const path = template.replace(':id', encodeURIComponent(call.id ?? ''));
    const token = await this.options.token?.();
    const headers: Record<string, string> = { accept: 'application/json', ...call.headers };
    if (token) headers.authorization = `Bearer ${token}`;
    if (call.body !== undefined) headers['content-type'] = 'application/json';
    const init: RequestInit = { method, headers, credentials: 'include' };
    if (call.body !== undefined) init.body = JSON.stringify(call.body);
    if (call.signal) init.signal = call.signal;
    try {
      return await this.options.fetch(`${this.options.url}${path}${query.size > 0 ? `?${query}` : ''}`, init);
    } catch (error) {
      if (call.signal?.aborted && call.signal.reason?.name === 'AbortError') throw error;
      throw ChatError.network('Could not reach the server', error);
    }
  }
}

/** A proxy in front may answer with a page of its own; its status still says whether to come back. */
export async function errorOf(response: Response): Promise<ChatError> {
  const body: unknown = await response.json().catch(() => undefined);
  if (isProblem(body)) return ChatError.of(body);
  const code: ErrorCode =
    response.status === 401 ? 'auth.required' : response.status >= 500 ? 'service.unavailable' : 'internal';
  const retry = response.status >= 500 || response.status === 429;
  return new ChatError(code, `The server answered ${response.status}`, retry);
}

const isProblem = (body: unknown): body is Problem =>
  typeof body === 'object' && body !== null && 'code' in body && 'title' in body && 'status' in body;
