import type { ROUTES, RouteName } from '@chatbox/contracts';
import type { z } from 'zod';
import { becomeFresh } from './fresh';
import { isProblem, type ProblemError, problemOf, unreachable } from './problem';
import { refreshSession } from './session';

type Table = typeof ROUTES;
type In<T> = T extends z.ZodType ? z.input<T> : never;
type Out<T> = T extends z.ZodType ? z.output<T> : never;
type Params<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? { [K in Name]: string } & Params<`/${Rest}`>
  : Path extends `${string}:${infer Name}`
    ? { [K in Name]: string }
    : unknown;

type Options<Name extends RouteName> = { signal?: AbortSignal } & (Table[Name] extends { body: infer B }
  ? { body: In<B> }
  : unknown) &
  (Table[Name] extends { query: infer Q } ? { query?: In<Q> } : unknown) &
  (Params<Table[Name]['path']> extends infer P ? (unknown extends P ? unknown : { params: P }) : unknown);

export type Answer<Name extends RouteName> = Table[Name] extends { response: infer R } ? Out<R> : undefined;

const ROUTE_TABLE = JSON.parse(process.env.ROUTE_TABLE ?? '{}') as Record<RouteName, [method: string, path: string]>;

interface Call {
  params?: Record<string, string>;
  query?: Record<string, unknown>;
  body?: unknown;
  signal?: AbortSignal;
}

function addressOf(path: string, { params = {}, query = {} }: Call): string {
  const filled = path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null);
  const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
  return search.size > 0 ? `${filled}?${search}` : filled;
}

/** Where the browser fetches a file by itself: a route that answers a download. */
export const addressOfRoute = (name: RouteName, query: Record<string, unknown>): string =>
  addressOf(ROUTE_TABLE[name][1], { query });

async function send(method: string, address: string, { body, signal }: Call): Promise<Response> {
  try {
    return await fetch(address, {
      method,
      credentials: 'same-origin',
      headers: { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw unreachable();
  }
}

async function refusalOf(response: Response): Promise<ProblemError | null> {
  return response.ok ? null : await problemOf(response);
}

/**
 * Calls a route of contracts by its name. An access token that ran out is renewed once, for all tabs together, and a change
 * that needs a fresh proof asks the person for it; then the call is repeated. Throws a ProblemError; the answer is trusted to
 * have the shape that contracts promise.
 */
export async function apiCall<Name extends RouteName>(
  name: Name,
  ...[options]: CallArguments<Name>
): Promise<Answer<Name>> {
  const call = (options ?? {}) as Call;
  const [method, path] = ROUTE_TABLE[name];
  const address = addressOf(path, call);
  const startedAt = Date.now();
  let response = await send(method, address, call);
  let refusal = await refusalOf(response);
  if (isProblem(refusal, 'auth.required', 'auth.token_expired')) {
    await refreshSession(startedAt);
    response = await send(method, address, call);
    refusal = await refusalOf(response);
  }
  if (isProblem(refusal, 'auth.fresh_factor_required') && (await becomeFresh())) {
    response = await send(method, address, call);
    refusal = await refusalOf(response);
  }
  if (refusal) throw refusal;
  const text = await response.text();
  return (text === '' ? undefined : JSON.parse(text)) as Answer<Name>;
}

/** The options may be left out where a route needs none. */
type CallArguments<Name extends RouteName> =
  object extends Options<Name> ? [options?: Options<Name>] : [options: Options<Name>];
