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

/** A provider that says its usage says it once, at the end. */
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
  /** The guarded way out, for hosts that a person chose. Not given: the host is the operator's own choice. */
  fetch?: typeof globalThis.fetch;
}

/**
 * One wire protocol. `stream` ends normally only when the provider said that the answer is complete (also where it is so because
 * the limit of tokens was reached). Otherwise it throws the signal's reason, or an AppError with a `provider.*` code and a
 * sentence for the person: `provider.cut` where the connection ended, `provider.timeout` where it fell silent, the provider's
 * own reason where it gave one. Failures that may pass are tried again, but never after the first chunk. A usage is only
 * passed on when the answer is complete.
 */
export abstract class ProviderAdapter {
  abstract readonly kind: ProviderKind;
  abstract stream(target: Target, request: ChatRequest): AsyncIterable<ChatChunk>;
  abstract listModels(target: Target, signal: AbortSignal): Promise<UpstreamModel[]>;
}

/** A model of the catalogue, ready to be called. */
export interface ResolvedModel {
  model: Model;
  /** `model` of the request is filled in. What it says can be kept: no U+0000, no torn surrogate pair, counts that a ledger holds. */
  stream(request: Omit<ChatRequest, 'model'>): AsyncIterable<ChatChunk>;
}
