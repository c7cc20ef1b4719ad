import type { ChatTurn } from '../provider.ts';
import { OfflineAssistant } from './offline.ts';
import { reply } from './reply.ts';
import { titleOf } from './title.ts';

const say = (...words: string[]): ChatTurn[] => words.map((content) => ({ role: 'user', content }));
const ask = async (turns: ChatTurn[], rest: { prefill?: string; purpose?: 'title'; signal?: AbortSignal } = {}) => {
  const request = {
    model: 'assistant',
    purpose: 'chat',
    turns,
    signal: new AbortController().signal,
    ...rest,
  } as const;
  const chunks: string[] = [];
  let usage: unknown;
  for await (const chunk of new OfflineAssistant(0).stream({}, request)) {
    if (chunk.type === 'text') chunks.push(chunk.text);
    else usage = chunk.usage;
  }
  return { text: chunks.join(''), chunks, usage };
};

describe('the offline assistant', () => {
  it('says what it is', () => {
    expect(reply(say('Who are you?'))).toMatch(/not an AI model/);
    expect(reply(say('hello'))).toMatch(/without any AI/);
    expect(reply(say('are you an AI?'))).toMatch(/not an AI model/);
  });

  it('answers the same turns with the same text', async () => {
    const turns = say('I feel lost in my new job', 'My garden is dry', 'hm');
    const { text } = await ask(turns);
    expect((await ask(turns)).text).toBe(text);
    expect(text.length).toBeGreaterThan(10);
  });

  it('turns the words of the person round', () => {
    expect(reply(say('I want a holiday with my brother'))).toBe(
      'Suppose you had a holiday with your brother. What would be different on the first morning?',
    );
    expect(reply(say('I think you hate me'))).toContain('I hate you');
  });

  it('lets the strongest keyword win, wherever it stands', () => {
    expect(reply(say('Maybe. I am tired of this. Perhaps not.'))).toMatch(/sorry to read that you are tired/);
  });

  it('takes turns with its answers and remembers what was said', () => {
    const [first, second] = [reply(say('because of rain')), reply(say('because of rain', 'because of rain'))];
    expect(first).not.toBe(second);
    expect(reply(say('My old bicycle broke', 'blue grey green'))).toMatch(/your old bicycle broke/);
  });

  it('counts in words, and not for ever', () => {
    expect(reply(say('Please count to 5'))).toBe('one, two, three, four, five.');
    expect(reply(say('count to twenty-one!'))).toMatch(/twenty, twenty-one\.$/);
    expect(reply(say('count to 200'))).toMatch(/one hundred and ninety-nine, two hundred\.$/);
    expect(reply(say('count to 999999999'))).toMatch(/two hundred\.\n\nI stop here/);
    expect(reply(say('count to 0'))).toMatch(/nothing to count/);
  });

  it('tells a long story and shows every kind of markdown', () => {
    expect(reply(say('tell me a long story')).length).toBeGreaterThan(2_000);
    const markdown = reply(say('Show me markdown'));
    for (const piece of ['# ', '| What |', '```typescript', '```mermaid', '$$', '- [x]'])
      expect(markdown).toContain(piece);
    expect(reply(say('show me a table'))).toContain('|:---');
    expect(reply(say('draw a diagram'))).toContain('```mermaid');
    expect(reply(say('show me some math'))).toContain('\\frac');
  });

  it('explains how a real model is connected', () => {
    expect(reply(say('How do I connect a model?'))).toContain('OPENAI_API_KEY');
    expect(reply(say('help'))).toContain('count to 20');
    expect(reply(say('What can you do?'))).toContain('count to 20');
  });

  it('streams word by word and says what it used', async () => {
    const { chunks, usage } = await ask(say('count to 10'));
    expect(chunks).toHaveLength(10);
    expect(usage).toMatchObject({ inputTokens: 3, outputTokens: 10, estimated: false });
  });

  it('goes on at the exact next character of what it had said', async () => {
    const whole = (await ask(say('tell me a long story'))).text;
    for (const at of [0, 1, 17, 500, whole.length - 1, whole.length]) {
      expect((await ask(say('tell me a long story'), { prefill: whole.slice(0, at) })).text).toBe(whole.slice(at));
    }
  });

  it('goes on sensibly after words that are not its own', async () => {
    expect((await ask(say('hello'), { prefill: 'The capital of France is' })).text).toMatch(/lost my thread/);
  });

  it('ends at once when it is stopped', async () => {
    const stopping = new AbortController();
    const stopped = (async () => {
      for await (const _ of new OfflineAssistant(60_000).stream(
        {},
        { model: 'assistant', purpose: 'chat', turns: say('count to 20'), signal: stopping.signal },
      ))
        setImmediate(() => stopping.abort(new Error('stopped')));
    })();
    await expect(stopped).rejects.toThrow('stopped');
  });

  it('survives anything a person may paste', () => {
    const long = 'my '.repeat(60_000);
    for (const text of [
      long,
      'a'.repeat(200_000),
      '\n'.repeat(100_000),
      '🙂'.repeat(5_000),
      `I want ${'x '.repeat(90_000)}`,
    ]) {
      const began = performance.now();
      expect(reply(say(text, text)).length).toBeLessThan(1_000);
      expect(performance.now() - began).toBeLessThan(200);
    }
    expect(reply([])).toMatch(/Hello/);
  });
});

describe('titleOf', () => {
  it.each([
    ['Please tell me a long story', 'A long story'],
    ['What is the difference between TCP and UDP, and when do I use which?', 'What is the difference between TCP and'],
    ['**count** to 20', 'Count to 20'],
    ['hello', 'Hello'],
    ['\n# Count!\n\n---\n\none, two', 'Count'],
    ['---', 'New chat'],
    ['', 'New chat'],
    ['x'.repeat(300), 'X'.padEnd(48, 'x')],
  ])('of %j is %j', (words, title) => {
    expect(titleOf(words)).toBe(title);
  });

  it('is what the purpose "title" answers', async () => {
    expect((await ask(say('Can you explain leases?'), { purpose: 'title' })).text).toBe('Explain leases');
  });
});
