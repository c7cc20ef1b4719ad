import type { ErrorCode } from '@chatbox/contracts';
import { type MockModel, startMockModel } from '../../../tools/mock-model/server.ts';
import { AnthropicAdapter } from '../src/providers/anthropic/anthropic.ts';
import { OpenAIAdapter } from '../src/providers/openai/openai.ts';
import type { ChatRequest, Target } from '../src/providers/provider.ts';

const KEY = 'sk-mock-a-key-that-nobody-may-see';
const impatient = { silenceMilliseconds: 400, backoffMilliseconds: 5 };
const adapters = { openai: new OpenAIAdapter(impatient), anthropic: new AnthropicAdapter(impatient) };

let mock: MockModel;
beforeAll(async () => {
  mock = await startMockModel({ key: KEY });
});
afterAll(() => mock.close());
beforeEach(() => {
  mock.requests.length = 0;
});

describe.each(['openai', 'anthropic'] as const)('the %s adapter', (kind) => {
  const here = (): Target => ({ baseUrl: kind === 'openai' ? `${mock.url}/v1` : mock.url, key: KEY });
  const read = async (
    content: string,
    { target = here(), ...rest }: Partial<ChatRequest> & { target?: Target } = {},
  ) => {
    const request: ChatRequest = {
      model: 'mock-large',
      purpose: 'chat',
      turns: [{ role: 'user', content }],
      signal: new AbortController().signal,
      ...rest,
    };
    const got = { text: '', reasoning: '', chunks: 0, usage: undefined as unknown, failure: undefined as unknown };
    try {
      for await (const chunk of adapters[kind].stream(target, request)) {
        if (chunk.type === 'usage') got.usage = chunk.usage;
        else if (chunk.kind === 'reasoning') got.reasoning += chunk.text;
        else got.text += chunk.text;
        got.chunks += 1;
      }
    } catch (failure) {
      got.failure = failure;
    }
    return got;
  };
  const failsWith = async (content: string, code: ErrorCode, rest: Parameters<typeof read>[1] = {}) => {
    const got = await read(content, rest);
    expect(got.failure).toMatchObject({ code });
    const said = JSON.stringify(got.failure, Object.getOwnPropertyNames(got.failure));
    expect(said).not.toMatch(/sk-mo|cret|nobody-may-see/);
    return { ...got, detail: (got.failure as Error).message };
  };

  it('passes an answer on, piece by piece, with the provider’s own usage', async () => {
    const got = await read('[[text:Hello brave new world.]] [[cached:3]]');
    expect(got).toMatchObject({
      text: 'Hello brave new world.',
      failure: undefined,
      usage: { inputTokens: 5, cachedInputTokens: 3, outputTokens: 4, estimated: false },
    });
    expect(got.chunks).toBe(5);
  });

  it('sends the system prompt, the turns and the limit', async () => {
    const turns = [
      { role: 'user' as const, content: 'one' },
      { role: 'assistant' as const, content: 'two' },
      { role: 'user' as const, content: 'three' },
    ];
    await read('', { turns, system: 'Be brief.', maxOutputTokens: 7 });
    const body = mock.requests[0]?.body;
    expect(JSON.stringify(body)).toContain('Be brief.');
    expect(body?.messages.slice(-3).map(({ content }) => content)).toEqual(['one', 'two', 'three']);
    expect(body?.max_tokens).toBe(7);
    const { authorization, 'x-api-key': key } = mock.requests[0]?.headers ?? {};
    expect([authorization, key]).toEqual(kind === 'openai' ? [`Bearer ${KEY}`, undefined] : [undefined, KEY]);
  });

  it('keeps reasoning apart from the answer', async () => {
    const got = await read('[[text:Yes.]] [[reasoning:5]]');
    expect(got.text).toBe('Yes.');
    expect(got.reasoning.trim().split(/\s+/)).toHaveLength(5);
  });

  it.each(['[[bytes:1]]', '[[crlf]]', '[[keepalive]]', '[[crlf]][[bytes:3]][[keepalive]]', '[[delay:2]]'])(
    'reads the same text when it arrives as %s',
    async (how) => {
      const text = 'Größe — 東京 🙂 x\u2028y "quoted" \\n';
      expect((await read(`[[text:${text}]]${how}`)).text).toBe(text);
    },
  );

  it('reads a long answer whole', async () => {
    expect((await read('[[tokens:3000]]')).chunks).toBe(3_001);
  });

  it('ends at once when it is stopped, and hangs up', async () => {
    const stopping = new AbortController();
    const reading = read('[[tokens:2000]] [[delay:5]]', { signal: stopping.signal });
    while (mock.streams() === 0) await new Promise((resolve) => setImmediate(resolve));
    stopping.abort(new Error('stopped by the person'));
    expect((await reading).failure).toMatchObject({ message: 'stopped by the person' });
    while (mock.streams() > 0) await new Promise((resolve) => setImmediate(resolve));
  });

  it('does not call at all for somebody who has left already', async () => {
    expect((await read('hello', { signal: AbortSignal.abort(new Error('gone')) })).failure).toMatchObject({
      message: 'gone',
    });
    expect(mock.requests).toHaveLength(0);
  });

  it.each([0, 1, 20])('says that the answer was cut off when the stream ends after %d tokens', async (tokens) => {
    for (const way of ['cut', 'drop']) {
      const got = await failsWith(`[[${way}:${tokens}]]`, 'provider.cut');
      expect(got.chunks).toBe(tokens);
    }
  });

  it.each<[string, ErrorCode, RegExp]>([
    ['401', 'provider.bad_key', /refused the key/],
    ['404', 'provider.model_unknown', /does not know mock-large/],
    ['quota', 'provider.quota', /billing/],
    ['context', 'provider.context_too_long', /too long for mock-large/],
    ['400', 'provider.refused', /temperature/],
  ])('explains %s in a sentence and does not try it again', async (error, code, sentence) => {
    const { detail } = await failsWith(`[[error:${error}]]`, code);
    expect(detail).toMatch(sentence);
    expect(detail).toMatch(error === 'context' ? /./ : /127\.0\.0\.1/);
    expect(mock.requests).toHaveLength(1);
  });

  it.each<[string, ErrorCode]>([
    ['429', 'provider.rate_limited'],
    ['500', 'provider.overloaded'],
    ['503', 'provider.overloaded'],
    ['529', 'provider.overloaded'],
  ])('tries twice more when it is told %s, then says so', async (error, code) => {
    await failsWith(`[[error:${error}]]`, code);
    expect(mock.requests).toHaveLength(3);
  });

  it('gets its answer when the provider recovers in time', async () => {
    const got = await read(`[[error:503]] [[failures:2]] [[text:Back again.]] ${kind}`);
    expect(got).toMatchObject({ text: 'Back again.', failure: undefined });
    expect(mock.requests).toHaveLength(3);
  });

  it('waits as long as Retry-After says', async () => {
    const began = performance.now();
    const got = await read(`[[error:429]] [[failures:1]] [[retry-after:1]] [[text:Now.]] ${kind}`);
    expect(got.text).toBe('Now.');
    expect(performance.now() - began).toBeGreaterThanOrEqual(1_000);
  });

  it('does not hide a Retry-After of an hour behind a wait', async () => {
    const { failure, detail } = await failsWith('[[error:429]] [[retry-after:3600]]', 'provider.rate_limited');
    expect(failure).toMatchObject({ retryAfterSeconds: 3_600 });
    expect(detail).toContain('3600 s');
    expect(mock.requests).toHaveLength(1);
  });

  it('never tries again once something has been shown', async () => {
    await failsWith('[[cut:1]]', 'provider.cut');
    await failsWith('[[error-at:3]]', 'provider.overloaded');
    expect(mock.requests).toHaveLength(2);
  });

  it('says what happened to a broken frame', async () => {
    const { text } = await failsWith('[[badjson:3]]', 'provider.bad_response');
    expect(text).not.toBe('');
  });

  it.each([0, 5])('gives up on a provider that falls silent after %d tokens', async (tokens) => {
    const { detail, chunks } = await failsWith(`[[stall:${tokens}]]`, 'provider.timeout');
    expect(detail).toMatch(/127\.0\.0\.1:\d+.*0\.4 s/);
    expect(chunks).toBe(tokens);
    expect(mock.requests).toHaveLength(1);
  });

  it('has all the time for a provider that keeps talking', async () => {
    const began = performance.now();
    expect((await read('[[tokens:60]] [[delay:10]]')).failure).toBeUndefined();
    expect(performance.now() - began).toBeGreaterThan(impatient.silenceMilliseconds);
  });

  it('names the host that nothing answers at', async () => {
    const gone = await startMockModel();
    await gone.close();
    const target = { baseUrl: `${gone.url}/v1`, key: KEY };
    const { detail } = await failsWith('hello', 'provider.unreachable', { target });
    expect(detail).toContain(`Could not reach ${new URL(gone.url).host}`);
    expect(
      (
        await failsWith('hello', 'provider.unreachable', {
          target: { ...target, baseUrl: 'http://no-such-host.invalid/v1' },
        })
      ).detail,
    ).toContain('no-such-host.invalid');
  });

  it('says so when the wrong key or none is given', async () => {
    await failsWith('hello', 'provider.bad_key', { target: { ...here(), key: 'sk-mock-another-secret' } });
    expect((await failsWith('hello', 'provider.bad_key', { target: { ...here(), key: undefined } })).detail).toMatch(
      /has none/,
    );
    const last = mock.requests.at(-1)?.headers;
    expect(last?.authorization ?? last?.['x-api-key']).toBeUndefined();
  });

  it('points at an address without a model service', async () => {
    const target = { ...here(), baseUrl: `${mock.url}/nothing` };
    expect((await failsWith('hello', 'provider.bad_response', { target })).detail).toMatch(/\/v1/);
  });

  it('takes a refusal of the model for one', async () => {
    await failsWith(`[[finish:${kind === 'openai' ? 'content_filter' : 'refusal'}]]`, 'provider.refused');
    expect((await read(`[[finish:${kind === 'openai' ? 'length' : 'max_tokens'}]]`)).failure).toBeUndefined();
  });

  it('lists the models, and explains why it cannot', async () => {
    const signal = AbortSignal.timeout(2_000);
    const ids = (await adapters[kind].listModels(here(), signal)).map(({ id }) => id);
    expect(ids).toContain('mock-large');
    await expect(adapters[kind].listModels({ ...here(), key: 'wrong' }, signal)).rejects.toMatchObject({
      code: 'provider.bad_key',
    });
  });
});
