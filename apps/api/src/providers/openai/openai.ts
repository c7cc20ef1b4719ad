import type { Usage } from '@chatbox/contracts';
import type { OpenAI } from 'openai';
import { AppError } from '../../common/app-error.ts';
import { Beat } from '../beat.ts';
import { eventData } from '../event-data.ts';
import { cut, explain, hostOf } from '../failures.ts';
import { nodeFetch, streamOf } from '../node-fetch.ts';
import { type Patience, patiently } from '../patience.ts';
import { type ChatChunk, type ChatRequest, ProviderAdapter, type Target, type UpstreamModel } from '../provider.ts';

export const OPENAI_URL = 'https://api.openai.com/v1';

/** Loaded when first spoken through: who uses another vendor's models does without it. */
const sdk = () => import('openai');

/** Within the window in which tokens are collected anyway before they are shown. */
const BEAT_MILLISECONDS = 30;

type Chunk = OpenAI.Chat.Completions.ChatCompletionChunk;
type Body = OpenAI.Chat.Completions.ChatCompletionCreateParamsStreaming;

/** Chat completions, as OpenAI and every compatible server speak them (vLLM, Ollama, LM Studio, llama.cpp, OpenRouter, …). */
export class OpenAIAdapter extends ProviderAdapter {
  readonly kind = 'openai';
  private readonly beat = new Beat(BEAT_MILLISECONDS);

  constructor(private readonly patience: Patience) {
    super();
  }

  async *stream(target: Target, request: ChatRequest): AsyncIterable<ChatChunk> {
    const baseUrl = target.baseUrl ?? OPENAI_URL;
    const host = hostOf(baseUrl);
    const { OpenAI } = await sdk();
    const client = this.client(OpenAI, target);
    const { beat } = this;
    // Some servers refuse what they do not know instead of ignoring it.
    let withUsage = true;
    const open = async function* (signal: AbortSignal, alive: () => void): AsyncIterable<ChatChunk> {
      const ask = () => client.chat.completions.create(bodyOf(request, baseUrl, withUsage), { signal }).asResponse();
      const response = await ask().catch((error: unknown) => {
        if (!withUsage || !refusesStreamOptions(error)) throw error;
        withUsage = false;
        return ask();
      });
      alive();
      const body = streamOf(response);
      if (!body) {
        await response.body?.cancel();
        throw notAStream(baseUrl);
      }
      const refused = (error: object) => new OpenAI.APIError(undefined, error, undefined, response.headers);
      yield* read(eventData(body), refused, host, alive, beat);
    };
    yield* patiently(open, request.signal, this.patience, { baseUrl, key: target.key, model: request.model });
  }

  async listModels(target: Target, signal: AbortSignal): Promise<UpstreamModel[]> {
    try {
      const models: UpstreamModel[] = [];
      const { OpenAI } = await sdk();
      for await (const model of this.client(OpenAI, target).models.list({ signal })) models.push(upstreamModel(model));
      return models;
    } catch (error) {
      signal.throwIfAborted();
      const circumstances = { baseUrl: target.baseUrl ?? OPENAI_URL, key: target.key, model: undefined };
      throw explain(error, circumstances);
    }
  }

  private client(Client: typeof OpenAI, { baseUrl = OPENAI_URL, key, fetch }: Target): OpenAI {
    return new Client({
      baseURL: baseUrl,
      apiKey: key ?? 'none',
      organization: null,
      project: null,
      // Servers on this machine want no key at all, and a made-up one would be a lie.
      defaultHeaders: key === undefined ? { authorization: null } : {},
      maxRetries: 0,
      // Ours ends first; this only replaces the SDK's ten minutes.
      timeout: this.patience.silenceMilliseconds + 5_000,
      fetch: fetch ?? nodeFetch,
      // A key goes to the host it was given for and to no other.
      fetchOptions: { redirect: 'error' },
      // The SDK would print broken frames, and with them what people wrote.
      logLevel: 'off',
    });
  }
}

const bodyOf = (request: ChatRequest, baseUrl: string, withUsage: boolean): Body => {
  const limit = request.maxOutputTokens;
  // OpenAI renamed the field for its newer models; the compatible servers know the old name.
  const limited =
    limit === undefined ? {} : baseUrl === OPENAI_URL ? { max_completion_tokens: limit } : { max_tokens: limit };
  return {
    model: request.model,
    messages: [
      ...(request.system ? [{ role: 'system' as const, content: request.system }] : []),
      ...request.turns.map(({ role, content }) => ({ role, content })),
      ...(request.prefill ? [{ role: 'assistant' as const, content: request.prefill }] : []),
    ],
    ...limited,
    stream: true,
    ...(withUsage ? { stream_options: { include_usage: true } } : {}),
  };
};

async function* read(
  arrivals: AsyncIterable<string[]>,
  refused: (error: object) => Error,
  host: string,
  alive: () => void,
  beat: Beat,
): AsyncIterable<ChatChunk> {
  let begun = false;
  let finished = false;
  let usage: Usage | undefined;
  try {
    for await (const payloads of arrivals) {
      alive();
      for (const payload of payloads) {
        // What follows is nothing, but is read, so that the connection can be used again.
        if (payload.startsWith('[DONE]')) continue;
        const chunk = JSON.parse(payload) as Chunk & { error?: object };
        if (chunk?.error) throw refused(chunk.error);
        usage = usageOf(chunk) ?? usage;
        const choice = chunk.choices?.[0];
        if (!choice) continue;
        const { reasoning, text } = deltaOf(choice.delta);
        if (reasoning) yield { type: 'text', kind: 'reasoning', text: reasoning };
        if (text) yield { type: 'text', kind: 'text', text };
        begun ||= text !== '' || reasoning !== '';
        if (choice.finish_reason === 'content_filter') throw filtered(host);
        if (choice.finish_reason) finished = true;
      }
      // The first piece is shown at once; from then on what comes within a beat is fetched together.
      if (begun && !finished) await beat.next();
    }
  } catch (error) {
    // After the finish only the usage was missing: the answer is complete without it.
    if (!finished) throw error;
  }
  if (!finished) throw cut(host);
  if (usage) yield { type: 'usage', usage };
}

/** Reasoning has no field in the specification: DeepSeek and vLLM say `reasoning_content`, OpenRouter and Ollama `reasoning`. */
const deltaOf = (delta: unknown): { reasoning: string; text: string } => {
  const { content, reasoning_content, reasoning } = (delta ?? {}) as Record<string, unknown>;
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  return { reasoning: text(reasoning_content) || text(reasoning), text: text(content) };
};

const usageOf = ({ usage }: Chunk): Usage | undefined => {
  if (!usage || typeof usage.prompt_tokens !== 'number') return undefined;
  // DeepSeek's name for cached tokens.
  const { prompt_cache_hit_tokens: hits } = usage as { prompt_cache_hit_tokens?: number };
  return {
    inputTokens: usage.prompt_tokens,
    cachedInputTokens: usage.prompt_tokens_details?.cached_tokens ?? hits ?? 0,
    outputTokens: usage.completion_tokens ?? 0,
    reasoningTokens: usage.completion_tokens_details?.reasoning_tokens ?? 0,
    estimated: false,
  };
};

/** Fields beyond the specification: vLLM says `max_model_len`, OpenRouter `context_length`, LM Studio and llama.cpp nothing. */
const upstreamModel = (model: object): UpstreamModel => {
  const said = model as Record<string, unknown>;
  const number = (value: unknown): number | undefined => (Number.isSafeInteger(value) ? (value as number) : undefined);
  return {
    id: String(said.id),
    name: typeof said.name === 'string' ? said.name : undefined,
    contextWindow: number(said.context_length) ?? number(said.max_model_len) ?? number(said.context_window),
    maxOutputTokens: number((said.top_provider as Record<string, unknown> | undefined)?.max_completion_tokens),
  };
};

const refusesStreamOptions = (error: unknown): boolean =>
  error instanceof Error &&
  'status' in error &&
  (error.status === 400 || error.status === 422) &&
  /stream_options|include_usage/.test(error.message);

const notAStream = (baseUrl: string): AppError =>
  new AppError('provider.bad_response', {
    detail: `${hostOf(baseUrl)} did not answer with a stream. The address of the connection usually ends in /v1.`,
  });

const filtered = (host: string): AppError =>
  new AppError('provider.refused', { detail: `${host} stopped the answer because of its content rules.` });
