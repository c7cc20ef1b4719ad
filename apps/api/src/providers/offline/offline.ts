import { setTimeout as pause } from 'node:timers/promises';
import type { Connection, Model, Prices } from '@chatbox/contracts';
import { type ChatChunk, type ChatRequest, ProviderAdapter, type Target, type UpstreamModel } from '../provider.ts';
import { AFTER_A_BREAK } from './answers.ts';
import { reply } from './reply.ts';
import { titleOf } from './title.ts';

const FREE: Prices = {
  inputPerMillion: 0,
  outputPerMillion: 0,
  cachedInputPerMillion: 0,
  asOf: '2026-01-01',
  source: 'runs on this machine',
};

export const OFFLINE_CONNECTION = { id: 'offline', slug: 'offline', name: 'Built in' } as const;
export const OFFLINE_LISTED: Connection = {
  ...OFFLINE_CONNECTION,
  kind: 'offline',
  baseUrl: null,
  hasKey: false,
  keyHint: null,
  origin: 'built-in',
  enabled: true,
  createdAt: null,
};
export const OFFLINE_MODEL: Omit<Model, 'isDefault'> = {
  id: 'offline/assistant',
  name: 'Offline assistant (no AI)',
  provider: 'offline',
  connectionId: OFFLINE_CONNECTION.id,
  connectionName: OFFLINE_CONNECTION.name,
  contextWindow: 100_000,
  maxOutputTokens: 4_000,
  capabilities: { vision: false, tools: false, reasoning: false, prefill: true, continueTurn: false },
  prices: FREE,
};

/**
 * A conversational program of rules that answers while no model is connected, and says so. The same turns give the same text,
 * so an answer that was broken off is continued at its exact next character. Its tokens are words.
 */
export class OfflineAssistant extends ProviderAdapter {
  readonly kind = 'offline';

  constructor(private readonly pauseMilliseconds = 25) {
    super();
  }

  async *stream(_target: Target, request: ChatRequest): AsyncIterable<ChatChunk> {
    request.signal.throwIfAborted();
    let outputTokens = 0;
    for (const word of wordsOf(remainder(request))) {
      if (this.pauseMilliseconds > 0 && outputTokens > 0) await this.wait(request.signal);
      request.signal.throwIfAborted();
      outputTokens += 1;
      yield { type: 'text', kind: 'text', text: word };
    }
    const heard = request.turns.reduce((sum, { content }) => sum + wordsOf(content).length, 0);
    yield {
      type: 'usage',
      usage: { inputTokens: heard, cachedInputTokens: 0, outputTokens, reasoningTokens: 0, estimated: false },
    };
  }

  async listModels(): Promise<UpstreamModel[]> {
    return [{ id: 'assistant', name: OFFLINE_MODEL.name }];
  }

  private async wait(signal: AbortSignal): Promise<void> {
    try {
      await pause(this.pauseMilliseconds, undefined, { signal });
    } catch {
      signal.throwIfAborted();
    }
  }
}

const remainder = ({ purpose, turns, prefill = '' }: ChatRequest): string => {
  if (purpose === 'title') return titleOf(turns.find(({ role }) => role === 'user')?.content ?? '');
  const answer = reply(turns);
  return answer.startsWith(prefill) ? answer.slice(prefill.length) : AFTER_A_BREAK;
};

const wordsOf = (text: string): string[] => text.match(/\S+\s*|\s+/g) ?? [];
