import type { ErrorCode, Problem } from '@chatbox/contracts';

/** `network`: no answer arrived, so whether the request took effect is not known. */
export type ChatErrorCode = ErrorCode | 'network';

/** What every call of this library rejects with. */
export class ChatError extends Error {
  override readonly name = 'ChatError';

  constructor(
    readonly code: ChatErrorCode,
    message: string,
    /** Whether the same request may succeed later. */
    readonly retry: boolean,
    readonly problem?: Problem,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  static of(problem: Problem): ChatError {
    return new ChatError(problem.code, problem.detail ?? problem.title, problem.retry, problem);
  }

  static network(detail: string, cause?: unknown): ChatError {
    return new ChatError('network', detail, true, undefined, { cause });
  }

  static from(error: unknown): ChatError {
    if (error instanceof ChatError) return error;
    return ChatError.network(error instanceof Error ? error.message : String(error), error);
  }
}

export const isUnauthenticated = (code: string): boolean => code === 'auth.required' || code === 'auth.token_expired';
