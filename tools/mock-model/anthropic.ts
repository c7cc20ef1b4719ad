import type { Wish } from './directives.ts';
import type { Script } from './sse.ts';

export interface AnthropicUsage {
  input: number;
  cached: number;
  output: number;
}

const event = (type: string, rest: object): string => `event: ${type}\ndata: ${JSON.stringify({ type, ...rest })}\n\n`;

const usageOf = ({ input, cached, output }: AnthropicUsage): object => ({
  input_tokens: input - cached,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: cached,
  output_tokens: output,
});

/** The wire format of messages, https://platform.claude.com/docs/en/build-with-claude/streaming. */
export const message = (
  id: string,
  model: string,
  reasoning: string[],
  answer: string[],
  usage: AnthropicUsage,
  wish: Wish,
) => ({
  script: (): Script => {
    const start = event('message_start', {
      message: {
        id,
        type: 'message',
        role: 'assistant',
        model,
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage: usageOf({ ...usage, output: 1 }),
      },
    });
    const open = (index: number, block: object): string =>
      event('content_block_start', { index, content_block: block });
    const close = (index: number): string => event('content_block_stop', { index });
    const text = reasoning.length > 0 ? 1 : 0;
    const head = `event: content_block_delta\ndata: {"type":"content_block_delta","index":${text},"delta":{"type":"text_delta","text":`;
    const openText = open(text, { type: 'text', text: '' });
    const thought = reasoning.map((token) =>
      event('content_block_delta', { index: 0, delta: { type: 'thinking_delta', thinking: token } }),
    );
    const frames = [...thought, ...answer.map((token) => `${head}${JSON.stringify(token)}}}\n\n`)];
    if (text === 1)
      frames[reasoning.length - 1] +=
        `${event('content_block_delta', { index: 0, delta: { type: 'signature_delta', signature: 'bW9jaw==' } })}${close(0)}${openText}`;
    return {
      opening: `${start}${text === 1 ? open(0, { type: 'thinking', thinking: '', signature: '' }) : openText}${event('ping', {})}`,
      frames,
      failure: event('error', { error: { type: 'overloaded_error', message: 'Overloaded' } }),
      closing: `${close(text)}${event('message_delta', {
        delta: { stop_reason: wish.finish ?? 'end_turn', stop_sequence: null },
        usage: wish.usage ? usageOf(usage) : { output_tokens: usage.output },
      })}${event('message_stop', {})}`,
      broken: `event: content_block_delta\ndata: {"type":"content_block_delta","index":${text},"del\n\n`,
    };
  },
  whole: () => ({
    id,
    type: 'message',
    role: 'assistant',
    model,
    content: [{ type: 'text', text: answer.join('') }],
    stop_reason: wish.finish ?? 'end_turn',
    stop_sequence: null,
    usage: usageOf(usage),
  }),
});

export const anthropicModels = (ids: readonly string[]): object => ({
  data: ids.map((id) => ({ type: 'model', id, display_name: id, created_at: '2026-01-01T00:00:00Z' })),
  has_more: false,
  first_id: ids[0] ?? null,
  last_id: ids.at(-1) ?? null,
});

const ERRORS: Record<string, { status: number; type: string; message: string }> = {
  '400': { status: 400, type: 'invalid_request_error', message: 'temperature: Input should be less than 1' },
  '401': { status: 401, type: 'authentication_error', message: 'invalid x-api-key' },
  '404': { status: 404, type: 'not_found_error', message: 'model: nothing' },
  '429': { status: 429, type: 'rate_limit_error', message: 'This request would exceed your rate limit' },
  quota: {
    status: 400,
    type: 'invalid_request_error',
    message: 'Your credit balance is too low to access the API. Please go to Plans & Billing.',
  },
  context: {
    status: 400,
    type: 'invalid_request_error',
    message: 'prompt is too long: 209000 tokens > 200000 maximum',
  },
  '529': { status: 529, type: 'overloaded_error', message: 'Overloaded' },
};

export const anthropicError = (name: string): { status: number; body: object } => {
  const known = ERRORS[name] ?? { status: Number(name) || 500, type: 'api_error', message: 'Internal server error' };
  return {
    status: known.status,
    body: { type: 'error', error: { type: known.type, message: known.message }, request_id: 'req_mock' },
  };
};
