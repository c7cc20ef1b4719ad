import type { Model, PartKind, ProviderKind, Usage } from '@chatbox/contracts';

export interface ChatTurn {
  role: 'user' | 'assistant';
  content: string;
}

export interface ChatRequest {
  /** The id the upstream knows. */
  model: string;
  purpose: 'chat' | 'title';
  system?: string;
  turns: readonly ChatTurn[];
  maxOutputTokens?: number;
  /** Text of a partial answer to go on from its last character; only for models whose capability `prefill` is true. */
  prefill?: string;
  /** Ends the call: stop, lost lease, shutdown. */
  signal: AbortSignal;
}

/** A provider says its usage once or several times; the last one counts. */
export type ChatChunk =
  | { type: 'text'; kind: Extract<PartKind, 'text' | 'reasoning'>; text: string }
  | { type: 'usage'; usage: Usage };

export interface UpstreamModel {
  id: string;
  name?: string;
  contextWindow?: number;
  maxOutputTokens?: number;
}

/** Where and with what key; decrypted for the call and held no longer. */
export interface Target {
  baseUrl?: string;
  key?: string;
}

/**
 * One wire protocol. `stream` ends normally only when the provider said that the answer is complete; everything else is an
 * AppError with a `provider.*` code (`provider.cut` when text had begun), or the signal's abort. Nothing is retried after
 * the first chunk.
 */
export abstract class ProviderAdapter {
  abstract readonly kind: ProviderKind;
  abstract stream(target: Target, request: ChatRequest): AsyncIterable<ChatChunk>;
  abstract listModels(target: Target, signal: AbortSignal): Promise<UpstreamModel[]>;
}

/** A model of the catalogue, ready to be called. */
export interface ResolvedModel {
  model: Model;
  /** `model` of the request is filled in. */
  stream(request: Omit<ChatRequest, 'model'>): AsyncIterable<ChatChunk>;
}
