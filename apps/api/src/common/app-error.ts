import { ERRORS, type ErrorCode, type Problem } from '@chatbox/contracts';

export interface ErrorDetails {
  /** One sentence for the person, with what they can do. Never a secret, never a stack. */
  detail?: string;
  retryAfterSeconds?: number;
  issues?: { path: string; message: string }[];
  /** How to go on, where the code says that there is more to do. */
  next?: Pick<Problem, 'challenge' | 'kinds'>;
  cause?: unknown;
}

/** The one error that leaves a use case. Only the edge turns it into HTTP or a socket frame. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly detail: string | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly issues: { path: string; message: string }[] | undefined;
  readonly next: Pick<Problem, 'challenge' | 'kinds'> | undefined;

  constructor(
    readonly code: ErrorCode,
    details: ErrorDetails = {},
  ) {
    super(details.detail ?? ERRORS[code].title, details.cause === undefined ? undefined : { cause: details.cause });
    this.detail = details.detail;
    this.retryAfterSeconds = details.retryAfterSeconds;
    this.issues = details.issues;
    this.next = details.next;
  }
}
