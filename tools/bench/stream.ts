import { type Agent, request } from 'node:http';

/** What the model server is asked for. */
export interface Wish {
  tokens: number;
  delayMilliseconds: number;
}

/** How one answer arrived; times are those of performance.now(). */
export interface Stream {
  began: number;
  /** When something of the text came; several tokens may have come together. */
  arrivals: number[];
  text: string;
}

export const contentOf = (index: number, { tokens, delayMilliseconds }: Wish): string =>
  `Tell me about number ${index}. [[tokens:${tokens}]] [[delay:${delayMilliseconds}]]`;

/** The mock writes every token so; its other frames (role, finish, usage) are written otherwise. */
const TEXT = '"delta":{"content":"';

/** Asks a server that speaks chat completions and answers with their events. */
export const completions = async (url: string, agent: Agent, headers: object, content: string): Promise<Stream> => {
  const { began, pieces } = await post(url, agent, headers, content);
  const text = pieces
    .map(({ text: piece }) => piece)
    .join('')
    .split('\n')
    .filter((line) => line.startsWith('data: {'))
    .map((line) => textOf(line.slice(6)))
    .join('');
  const arrivals = pieces.filter((piece) => piece.text.includes(TEXT)).map(({ at }) => at);
  return { began, arrivals, text };
};

/** Asks a server that answers with the text alone. */
export const plainText = async (url: string, agent: Agent, content: string): Promise<Stream> => {
  const { began, pieces } = await post(url, agent, {}, content);
  return { began, arrivals: pieces.map(({ at }) => at), text: pieces.map(({ text }) => text).join('') };
};

const textOf = (data: string): string => {
  const { choices } = JSON.parse(data) as { choices: { delta?: { content?: string } }[] };
  return choices[0]?.delta?.content ?? '';
};

interface Piece {
  at: number;
  text: string;
}

const post = (
  url: string,
  agent: Agent,
  headers: object,
  content: string,
): Promise<{ began: number; pieces: Piece[] }> =>
  new Promise((resolve, reject) => {
    const body = JSON.stringify({
      model: 'mock-large',
      messages: [{ role: 'user', content }],
      stream: true,
      stream_options: { include_usage: true },
    });
    const began = performance.now();
    const all = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      authorization: 'Bearer bench',
      ...headers,
    };
    const sent = request(`${url}/v1/chat/completions`, { method: 'POST', agent, headers: all }, (answer) => {
      const pieces: Piece[] = [];
      answer.setEncoding('utf8').on('data', (text: string) => pieces.push({ at: performance.now(), text }));
      answer.on('end', () => {
        if (answer.statusCode === 200) resolve({ began, pieces });
        else reject(new Error(`${url} answered ${answer.statusCode}: ${pieces[0]?.text.slice(0, 300)}`));
      });
      answer.on('error', reject);
    });
    sent.on('error', (error: NodeJS.ErrnoException) => {
      // A server may close a connection at the moment in which it is used again:
      // https://nodejs.org/api/http.html#requestreusedsocket
      if (sent.reusedSocket && error.code === 'ECONNRESET') resolve(post(url, agent, headers, content));
      else reject(error);
    });
    sent.end(body);
  });
