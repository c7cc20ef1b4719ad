/**
 * What the last user message asks of the mock, as `[[name:value]]`; everything has a default, so that an ordinary message gets
 * an ordinary answer. See README.md of this folder for the list.
 */
export interface Wish {
  text: string | undefined;
  tokens: number;
  delayMilliseconds: number;
  firstDelayMilliseconds: number;
  error: string | undefined;
  /** How many requests with this text fail before one succeeds. */
  failures: number;
  retryAfterSeconds: number | undefined;
  /** Ends the stream politely, but without a finish, after so many tokens. */
  cutAfter: number | undefined;
  /** Tears the connection down after so many tokens. */
  dropAfter: number | undefined;
  brokenJsonAt: number | undefined;
  errorAt: number | undefined;
  stallAfter: number | undefined;
  bytesAtOnce: number | undefined;
  crlf: boolean;
  keepAlive: boolean;
  reasoningTokens: number;
  usage: boolean;
  cachedTokens: number;
  finish: string | undefined;
}

export type Defaults = Partial<Pick<Wish, 'tokens' | 'delayMilliseconds' | 'firstDelayMilliseconds' | 'usage'>>;

const DIRECTIVE = /\[\[([a-z-]+)(?::([\s\S]*?))?\]\]/g;

export const wishOf = (message: string, defaults: Defaults): Wish => {
  const said = new Map<string, string>();
  for (const [, name = '', value = ''] of message.matchAll(DIRECTIVE)) said.set(name, value);
  const number = (name: string, bare?: number): number | undefined => {
    const value = said.get(name);
    if (value === undefined) return undefined;
    return value === '' ? bare : Number(value);
  };
  return {
    text: said.get('text'),
    tokens: number('tokens') ?? defaults.tokens ?? 40,
    delayMilliseconds: number('delay') ?? defaults.delayMilliseconds ?? 0,
    firstDelayMilliseconds: number('first') ?? defaults.firstDelayMilliseconds ?? 0,
    error: said.get('error'),
    failures: number('failures') ?? Number.POSITIVE_INFINITY,
    retryAfterSeconds: number('retry-after'),
    cutAfter: number('cut', 0),
    dropAfter: number('drop', 0),
    brokenJsonAt: number('badjson', 0),
    errorAt: number('error-at', 0),
    stallAfter: number('stall', 0),
    bytesAtOnce: number('bytes', 1),
    crlf: said.has('crlf'),
    keepAlive: said.has('keepalive'),
    reasoningTokens: number('reasoning', 10) ?? 0,
    usage: !said.has('nousage') && defaults.usage !== false,
    cachedTokens: number('cached') ?? 0,
    finish: said.get('finish'),
  };
};
