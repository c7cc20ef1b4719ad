import { types } from 'node:util';
import type { ErrorCode } from '@chatbox/contracts';
import { AppError } from '../common/app-error.ts';
import { refusalIn } from '../common/egress/refused.ts';

/** What a failure happened to; the sentences name the host and the model, never the key. */
export interface Circumstances {
  baseUrl: string;
  key: string | undefined;
  model: string | undefined;
}

/** Turns whatever an SDK or the network threw into a code and a sentence with what a person can do. */
export const explain = (error: unknown, at: Circumstances): AppError => {
  if (error instanceof AppError) return error;
  const host = hostOf(at.baseUrl);
  const refused = refusalIn(error);
  if (refused)
    return failure(
      'provider.address_refused',
      `${refused.host} is ${refused.what}. Connections made in the settings do not go there, unless ALLOW_PRIVATE_PROVIDERS says so.`,
    );
  if (isOf(error, 'APIConnectionError'))
    return failure(
      'provider.unreachable',
      `Could not reach ${host} (${causeOf(error)}). Check that the address is right and the server is running.`,
      error,
    );
  // What fetch throws while a body is read: the other side hung up.
  if (isNamed(error, 'TypeError')) return cut(host, error);
  if (isNamed(error, 'SyntaxError'))
    return failure(
      'provider.bad_response',
      `${host} sent something that is not JSON in the middle of its answer.`,
      error,
    );
  if (isRefusal(error)) return explainRefusal(error, host, at);
  return failure('provider.bad_response', `${host} answered in a way that was not understood.`, error);
};

export const cut = (host: string, cause?: unknown): AppError =>
  failure('provider.cut', `The connection to ${host} ended before the answer was complete.`, cause);

export const fellSilent = (host: string, seconds: number, begun: boolean): AppError =>
  failure(
    'provider.timeout',
    begun
      ? `${host} fell silent for ${seconds} s in the middle of its answer.`
      : `Could not get an answer from ${host} (timeout after ${seconds} s).`,
  );

export const hostOf = (baseUrl: string): string => {
  try {
    return new URL(baseUrl).host;
  } catch {
    return 'the model server';
  }
};

/** What the SDKs' APIErrors have in common, including the ones of an error event in the middle of a stream. */
interface Refusal {
  status?: number;
  headers?: Headers;
  error?: unknown;
  message: string;
}

const isRefusal = (error: unknown): error is Refusal =>
  error instanceof Error && 'status' in error && 'headers' in error;

/** By the name that both SDKs give it, its subclasses too: an SDK is loaded only by who speaks through it. */
const isOf = (error: unknown, className: string): error is Error => {
  for (let kind: unknown = error; kind instanceof Error; kind = Object.getPrototypeOf(kind))
    if (kind.constructor.name === className) return true;
  return false;
};

// By name: fetch and JSON may come from another realm than this file, and then share no constructor with it.
const isNamed = (error: unknown, name: string): boolean => types.isNativeError(error) && error.name === name;

const explainRefusal = (error: Refusal, host: string, at: Circumstances): AppError => {
  const { status } = error;
  const said = saidBy(error);
  const is = (pattern: RegExp): boolean =>
    pattern.test(said.type) || pattern.test(said.code) || pattern.test(said.message);
  const model = at.model ?? 'the model';
  if (status === 401 || status === 403 || is(/^(?:authentication_error|permission_error|invalid_api_key)$/))
    return failure(
      'provider.bad_key',
      at.key
        ? `${host} refused the key (${status ?? said.type}). Check it in the settings of the connection.`
        : `${host} wants a key, and the connection has none.`,
    );
  if (
    status === 402 ||
    is(/insufficient_quota|exceeded your current quota|credit balance|billing_error|insufficient balance/i)
  )
    return failure('provider.quota', `The account at ${host} has used up its quota or credit. Check its billing.`);
  if (
    status === 413 ||
    is(
      /context_length_exceeded|context.?(?:length|window|size)|prompt is too long|too many (?:input )?tokens|input is too long/i,
    )
  )
    return failure(
      'provider.context_too_long',
      `The conversation is too long for ${model}. Begin a new one, or choose a model with a larger context.`,
    );
  if (status === 429 || is(/rate_limit/)) {
    const seconds = retryAfterOf(error.headers);
    const wait = seconds === undefined ? 'Try again in a moment.' : `Try again in ${seconds} s.`;
    return failure('provider.rate_limited', `${host} asks to slow down. ${wait}`, undefined, seconds);
  }
  if (status === 529 || status === 503 || is(/overloaded/i))
    return failure(
      'provider.overloaded',
      `${host} is overloaded at the moment. Try again shortly.`,
      undefined,
      retryAfterOf(error.headers),
    );
  if (status === 408) return failure('provider.timeout', `${host} took too long (408).`);
  if (status === 404 || is(/model_not_found/)) {
    if (at.model !== undefined && is(/model_not_found|\bmodel\b/i))
      return failure('provider.model_unknown', `${host} does not know ${model}, or the key may not use it.`);
    return failure(
      'provider.bad_response',
      `There is no model service at ${at.baseUrl} (404). The address usually ends in /v1.`,
    );
  }
  if (status === undefined || status >= 500)
    return failure(
      'provider.overloaded',
      `${host} met an error of its own${status ? ` (${status})` : ''}. Try again shortly.`,
    );
  return failure(
    'provider.refused',
    `${host} refused the request (${status}): ${withoutSecrets(said.message, at.key)}`,
  );
};

const saidBy = (error: Refusal): { type: string; code: string; message: string } => {
  const outer = record(error.error);
  // Anthropic wraps twice, OpenAI's SDK has unwrapped already.
  const inner = record(outer.error ?? outer);
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  return {
    type: text(inner.type),
    code: text(inner.code),
    message: text(inner.message) || text(outer.error) || error.message,
  };
};

const record = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

/** Whole seconds; the header may also be a date (RFC 9110 §10.2.3). */
export const retryAfterOf = (headers: Headers | undefined): number | undefined => {
  const value = headers?.get('retry-after');
  if (!value) return undefined;
  const seconds = /^\d+(?:\.\d+)?$/.test(value) ? Number(value) : (Date.parse(value) - Date.now()) / 1_000;
  return Number.isFinite(seconds) ? Math.max(0, Math.ceil(seconds)) : undefined;
};

// Providers repeat what they were sent, keys included, some with stars in the middle.
const withoutSecrets = (text: string, key: string | undefined): string => {
  const shown = key ? text.replaceAll(key, '[key]') : text;
  return shown.replace(/\b(?:sk|pk|key|gsk|xai|AIza)[-_][\w*-]{6,}/g, '[key]').slice(0, 300);
};

const causeOf = (error: Error): string => {
  const codes: Record<string, string> = {
    ECONNREFUSED: 'nothing answers at this port',
    ENOTFOUND: 'the name is not known',
    EAI_AGAIN: 'the name could not be looked up',
    ECONNRESET: 'the connection was closed',
    UND_ERR_SOCKET: 'the connection was closed',
    EHOSTUNREACH: 'no route to it',
    ENETUNREACH: 'no route to it',
    ETIMEDOUT: 'no connection in time',
    UND_ERR_CONNECT_TIMEOUT: 'no connection in time',
    UND_ERR_HEADERS_TIMEOUT: 'no answer in time',
    CERT_HAS_EXPIRED: 'its certificate has expired',
    DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
    SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is self-signed',
    ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  };
  let cause: unknown = error;
  for (let depth = 0; depth < 5 && types.isNativeError(cause); depth += 1) {
    const { code } = cause as { code?: unknown };
    if (typeof code === 'string' && codes[code]) return codes[code];
    if (/redirect/i.test(cause.message)) return 'it redirects to another address, which is not followed';
    cause = cause.cause ?? (cause as { errors?: unknown[] }).errors?.[0];
  }
  return 'the connection failed';
};

const failure = (code: ErrorCode, detail: string, cause?: unknown, retryAfterSeconds?: number): AppError =>
  new AppError(code, { detail, retryAfterSeconds, cause });
