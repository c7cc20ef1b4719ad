import type { Anthropic } from '@anthropic-ai/sdk';
import type { Usage } from '@chatbox/contracts';
import { AppError } from '../../common/app-error.ts';
import { cut, explain, hostOf } from '../failures.ts';
import { type Patience, patiently } from '../patience.ts';
import {
  type ChatChunk,
  type ChatRequest,
  type ChatTurn,
  ProviderAdapter,
  type Target,
  type UpstreamModel,
} from '../provider.ts';

export const ANTHROPIC_URL = 'https://api.anthropic.com';
/** The interface wants a limit in every request; every model since Claude 3.5 can write as much. */
const DEFAULT_MAX_TOKENS = 8_192;

type Event = Anthropic.RawMessageStreamEvent;

/** The messages interface of Anthropic and of servers that speak it. */
export class AnthropicAdapter extends ProviderAdapter {
  readonly kind = 'anthropic';

  constructor(private readonly patience: Patience) {
    super();
  }

  async *stream(target: Target, request: ChatRequest): AsyncIterable<ChatChunk> {
    const baseUrl = target.baseUrl ?? ANTHROPIC_URL;
    const host = hostOf(baseUrl);
    const client = await this.client(target);
    const begun = beginningOf(request.prefill);
    const open = async function* (signal: AbortSignal, alive: () => void): AsyncIterable<ChatChunk> {
      const events = await client.messages.create(bodyOf(request, begun.sent), { signal });
      alive();
      yield* begun.spaceIsSaid ? withoutLeadingSpace(read(events, host, alive)) : read(events, host, alive);
    };
    yield* patiently(open, request.signal, this.patience, { baseUrl, key: target.key, model: request.model });
  }

  async listModels(target: Target, signal: AbortSignal): Promise<UpstreamModel[]> {
    try {
      const models: UpstreamModel[] = [];
      const client = await this.client(target);
      for await (const model of client.models.list({ limit: 1_000 }, { signal })) {
        if (model.lifecycle === 'retired') continue;
        models.push({
          id: model.id,
          name: model.display_name,
          contextWindow: model.max_input_tokens ?? undefined,
          maxOutputTokens: model.max_tokens ?? undefined,
        });
      }
      return models;
    } catch (error) {
      signal.throwIfAborted();
      const circumstances = {
        baseUrl: target.baseUrl ?? ANTHROPIC_URL,
        key: target.key,
        model: undefined,
      };
      throw explain(error, circumstances);
    }
  }

  /** The SDK is loaded when first spoken through: who uses another vendor's models does without it. */
  private async client({ baseUrl = ANTHROPIC_URL, key, fetch }: Target): Promise<Anthropic> {
    const { Anthropic: Client } = await import('@anthropic-ai/sdk');
    return new Client({
      baseURL: baseUrl,
      // Given in every case: without it the SDK looks for credentials in the environment and on disk.
      apiKey: key ?? 'none',
      // The documented header for keys, which compatible servers know too; the SDK itself would send a bearer token.
      defaultHeaders: { authorization: null, 'x-api-key': key ?? null },
      ...(fetch && { fetch }),
      maxRetries: 0,
      timeout: this.patience.silenceMilliseconds + 5_000,
      fetchOptions: { redirect: 'error' },
      logLevel: 'off',
    });
  }
}

const bodyOf = (request: ChatRequest, prefill: string): Anthropic.MessageCreateParamsStreaming => {
  const messages: ChatTurn[] = request.turns.filter(({ content }) => content.trim() !== '');
  // The interface wants a person to begin; what was cut off to fit the context may have left an answer in front.
  while (messages[0]?.role === 'assistant') messages.shift();
  if (prefill) messages.push({ role: 'assistant', content: prefill });
  return {
    model: request.model,
    max_tokens: request.maxOutputTokens ?? DEFAULT_MAX_TOKENS,
    ...(request.system ? { system: request.system } : {}),
    messages: messages.map(({ role, content }) => ({ role, content })),
    stream: true,
  };
};

/** The interface refuses a beginning that ends in white space; the model then says that space again, and it is left out. */
const beginningOf = (prefill = ''): { sent: string; spaceIsSaid: boolean } => {
  const sent = prefill.trimEnd();
  return { sent, spaceIsSaid: sent !== '' && sent !== prefill };
};

async function* withoutLeadingSpace(chunks: AsyncIterable<ChatChunk>): AsyncIterable<ChatChunk> {
  let leading = true;
  for await (const chunk of chunks) {
    if (!leading || chunk.type !== 'text' || chunk.kind !== 'text') {
      yield chunk;
      continue;
    }
    const text = chunk.text.trimStart();
    if (text === '') continue;
    leading = false;
    yield { ...chunk, text };
  }
}

async function* read(events: AsyncIterable<Event>, host: string, alive: () => void): AsyncIterable<ChatChunk> {
  let usage = NOTHING;
  for await (const event of events) {
    alive();
    if (event.type === 'content_block_delta') {
      if (event.delta.type === 'text_delta' && event.delta.text)
        yield { type: 'text', kind: 'text', text: event.delta.text };
      else if (event.delta.type === 'thinking_delta' && event.delta.thinking)
        yield { type: 'text', kind: 'reasoning', text: event.delta.thinking };
    } else if (event.type === 'message_start') usage = added(usage, event.message.usage);
    else if (event.type === 'message_delta') {
      usage = added(usage, event.usage);
      if (event.delta.stop_reason === 'refusal') throw refused(host);
    } else if (event.type === 'message_stop') {
      yield { type: 'usage', usage: usageOf(usage) };
      return;
    }
  }
  throw cut(host);
}

interface Counted {
  input_tokens: number;
  cache_creation_input_tokens: number;
  cache_read_input_tokens: number;
  output_tokens: number;
  output_tokens_details: { thinking_tokens: number } | null;
}
const NOTHING: Counted = {
  input_tokens: 0,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
  output_tokens: 0,
  output_tokens_details: null,
};

/** The counts are cumulative: what an event says replaces what was said before, what it leaves out stays. */
const added = (before: Counted, said: { [name in keyof Counted]?: Counted[name] | null }): Counted => ({
  input_tokens: said.input_tokens ?? before.input_tokens,
  cache_creation_input_tokens: said.cache_creation_input_tokens ?? before.cache_creation_input_tokens,
  cache_read_input_tokens: said.cache_read_input_tokens ?? before.cache_read_input_tokens,
  output_tokens: said.output_tokens ?? before.output_tokens,
  output_tokens_details: said.output_tokens_details ?? before.output_tokens_details,
});

/** Here the three kinds of input are counted apart; in our own usage `inputTokens` is all of it. */
const usageOf = (said: Counted): Usage => ({
  inputTokens: said.input_tokens + said.cache_creation_input_tokens + said.cache_read_input_tokens,
  cachedInputTokens: said.cache_read_input_tokens,
  outputTokens: said.output_tokens,
  reasoningTokens: said.output_tokens_details?.thinking_tokens ?? 0,
  estimated: false,
});

const refused = (host: string): AppError =>
  new AppError('provider.refused', { detail: `The model at ${host} declined to answer this.` });
