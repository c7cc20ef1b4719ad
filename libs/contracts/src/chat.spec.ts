import { CreateConversation, MessagesQuery, Regenerate, SendMessage, UpdateConversation } from './chat.ts';

const clientMessageId = '0198b1c2-0000-7000-8000-000000000001';
const sends = (content: unknown, rest: object = {}): boolean =>
  SendMessage.safeParse({ clientMessageId, content, ...rest }).success;

describe('a message', () => {
  it('has from one to 200,000 UTF-16 units', () => {
    expect(sends('a')).toBe(true);
    expect(sends('a'.repeat(200_000))).toBe(true);
    expect(sends('a'.repeat(200_001))).toBe(false);
    expect(sends('')).toBe(false);
    expect(sends(' \n\t ')).toBe(false);
  });

  it('is kept as it was written, with its spaces', () => {
    expect(SendMessage.parse({ clientMessageId, content: '  code\n' }).content).toBe('  code\n');
  });

  it('is text: no U+0000, no half of a surrogate pair', () => {
    expect(sends('a\u0000b')).toBe(false);
    expect(sends('a\ud800')).toBe(false);
    expect(sends('\udc00a')).toBe(false);
    expect(sends('👩‍🚀')).toBe(true);
  });

  it('tells "a new root" from "the end of the branch"', () => {
    expect(SendMessage.parse({ clientMessageId, content: 'a', parentId: null }).parentId).toBeNull();
    expect(SendMessage.parse({ clientMessageId, content: 'a' }).parentId).toBeUndefined();
  });

  it('is refused with a field that is not known, and without its id', () => {
    expect(sends('a', { role: 'system' })).toBe(false);
    expect(SendMessage.safeParse({ content: 'a' }).success).toBe(false);
    expect(SendMessage.safeParse({ clientMessageId: '1', content: 'a' }).success).toBe(false);
  });
});

describe('a conversation', () => {
  it('has a title of at most 200 and a prompt of at most 50,000 units', () => {
    const takes = (draft: object) => CreateConversation.safeParse(draft).success;
    expect(takes({})).toBe(true);
    expect(takes({ title: 't'.repeat(200), systemPrompt: 'p'.repeat(50_000) })).toBe(true);
    expect(takes({ title: 't'.repeat(201) })).toBe(false);
    expect(takes({ title: '  ' })).toBe(false);
    expect(takes({ systemPrompt: 'p'.repeat(50_001) })).toBe(false);
    expect(takes({ owner: clientMessageId })).toBe(false);
  });

  it('can lose its prompt and not its title', () => {
    expect(UpdateConversation.safeParse({ systemPrompt: null }).success).toBe(true);
    expect(UpdateConversation.safeParse({ title: null }).success).toBe(false);
  });
});

it('a page of messages has from 1 to 200 of them, 50 when nobody says', () => {
  expect(MessagesQuery.parse({}).limit).toBe(50);
  expect(MessagesQuery.parse({ limit: '200' }).limit).toBe(200);
  for (const limit of ['0', '201', '1.5', 'all']) expect(MessagesQuery.safeParse({ limit }).success).toBe(false);
});

it('answering again takes a model, and nothing else', () => {
  expect(Regenerate.safeParse({ model: 'a/b' }).success).toBe(true);
  expect(Regenerate.safeParse({ content: 'a' }).success).toBe(false);
});
