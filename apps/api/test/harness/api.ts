export interface ApiRequest {
  token?: string;
  /** Sent as JSON; a string or bytes are sent as they are. */
  body?: unknown;
  headers?: Record<string, string>;
}

export interface ApiAnswer<T = unknown> {
  status: number;
  headers: Headers;
  /** Parsed JSON, or the text where it is something else, or `undefined` where there is none. */
  body: T;
}

export const callApi = async <T>(
  base: string,
  method: string,
  path: string,
  { token, body, headers = {} }: ApiRequest = {},
): Promise<ApiAnswer<T>> => {
  const raw = typeof body === 'string' || body instanceof Uint8Array;
  const answer = await fetch(new URL(path, base), {
    method,
    redirect: 'manual',
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: raw ? (body as BodyInit) : JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: (text === '' ? undefined : read(text)) as T };
};

const read = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};
