import type { Wish } from './directives.ts';
import type { Script } from './sse.ts';

/** The wire format of chat completions, https://platform.openai.com/docs/api-reference/chat-streaming. */
export const completion = (
  id: string,
  model: string,
  reasoning: string[],
  answer: string[],
  usage: object,
  wish: Wish,
) => ({
  script: (withUsage: boolean): Script => {
    const head = `{"id":"${id}","object":"chat.completion.chunk","created":1767225600,"model":${JSON.stringify(model)},"system_fingerprint":"fp_mock",`;
    const tail = withUsage ? ',"usage":null}\n\n' : '}\n\n';
    const frame = (delta: string, finish: string | null = null): string =>
      `data: ${head}"choices":[{"index":0,"delta":${delta},"logprobs":null,"finish_reason":${JSON.stringify(finish)}}]${tail}`;
    const usageFrame = withUsage ? `data: ${head}"choices":[],"usage":${JSON.stringify(usage)}}\n\n` : '';
    return {
      opening: frame('{"role":"assistant","content":"","refusal":null}'),
      frames: [
        ...reasoning.map((token) => frame(`{"reasoning_content":${JSON.stringify(token)}}`)),
        ...answer.map((token) => frame(`{"content":${JSON.stringify(token)}}`)),
      ],
      failure: `data: {"error":{"message":"The server had an error while processing your request","type":"server_error","param":null,"code":null}}\n\n`,
      closing: `${frame('{}', wish.finish ?? 'stop')}${usageFrame}data: [DONE]\n\n`,
      broken: `data: {"id":"${id}","choices":[{"index":0,"del\n\n`,
    };
  },
  whole: () => ({
    id,
    object: 'chat.completion',
    created: 1767225600,
    model,
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: answer.join(''), refusal: null },
        logprobs: null,
        finish_reason: wish.finish ?? 'stop',
      },
    ],
    usage,
  }),
});

export const openaiUsage = (input: number, cached: number, output: number, reasoning: number): object => ({
  prompt_tokens: input,
  completion_tokens: output,
  total_tokens: input + output,
  prompt_tokens_details: { cached_tokens: cached, audio_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: reasoning, audio_tokens: 0 },
});

export const openaiModels = (ids: readonly string[]): object => ({
  object: 'list',
  data: ids.map((id) => ({ id, object: 'model', created: 1767225600, owned_by: 'mock' })),
});

const ERRORS: Record<string, { status: number; message: string; type: string; code: string | null }> = {
  '401': {
    status: 401,
    message: 'Incorrect API key provided: sk-mo******************cret. You can find your API key in your account.',
    type: 'invalid_request_error',
    code: 'invalid_api_key',
  },
  '404': {
    status: 404,
    message: 'The model `nothing` does not exist or you do not have access to it.',
    type: 'invalid_request_error',
    code: 'model_not_found',
  },
  '429': {
    status: 429,
    message: 'Rate limit reached for requests. Please try again in 1s.',
    type: 'requests',
    code: 'rate_limit_exceeded',
  },
  quota: {
    status: 429,
    message: 'You exceeded your current quota, please check your plan and billing details.',
    type: 'insufficient_quota',
    code: 'insufficient_quota',
  },
  context: {
    status: 400,
    message: "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens.",
    type: 'invalid_request_error',
    code: 'context_length_exceeded',
  },
  '400': { status: 400, message: "Unsupported value: 'temperature'.", type: 'invalid_request_error', code: null },
  '503': { status: 503, message: 'The engine is currently overloaded', type: 'server_error', code: null },
};

export const openaiError = (name: string): { status: number; body: object } => {
  const known = ERRORS[name];
  if (known) return { status: known.status, body: { error: { ...known, status: undefined, param: null } } };
  const status = Number(name) || 500;
  return {
    status,
    body: { error: { message: 'The server had an error', type: 'server_error', param: null, code: null } },
  };
};
