import type { ErrorCode, Problem } from '@chatbox/contracts';

/** What the server said went wrong (RFC 9457), or what stands in for it when no server answered. */
export class ProblemError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail ?? problem.title);
    this.name = 'ProblemError';
    this.problem = problem;
  }

  get code(): ErrorCode {
    return this.problem.code;
  }
}

export const isProblem = (error: unknown, ...codes: ErrorCode[]): error is ProblemError =>
  error instanceof ProblemError && (codes.length === 0 || codes.includes(error.code));

/** One or two sentences for a person, with a full stop. */
export function sayProblem(error: unknown): string {
  if (!(error instanceof ProblemError)) return 'The page met an error it did not expect. Reload it, please.';
  const { title, detail, issues } = error.problem;
  const first = issues?.[0];
  const parts = [detail ?? title, first && !detail ? `${first.path}: ${first.message}` : undefined];
  return parts
    .filter((part) => part !== undefined)
    .map((part) => (/[.?]$/.test(part) ? part : `${part}.`))
    .join(' ');
}

export const unreachable = (): ProblemError =>
  new ProblemError({
    type: 'about:blank',
    title: 'The server cannot be reached',
    detail: 'The server cannot be reached. Check the connection, then try again.',
    status: 0,
    code: 'service.unavailable',
    retry: true,
  });

export async function problemOf(response: Response): Promise<ProblemError> {
  const body: unknown = await response.json().catch(() => undefined);
  if (typeof body === 'object' && body !== null && 'code' in body) return new ProblemError(body as Problem);
  return new ProblemError({
    type: 'about:blank',
    title: 'The server is not ready',
    detail: `The server is not ready (status ${response.status}). Try again in a moment.`,
    status: response.status,
    code: response.status >= 500 ? 'service.unavailable' : 'request.invalid',
    retry: response.status >= 500,
  });
}
