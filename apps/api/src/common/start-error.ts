/** The program cannot start, and why, in words for whoever started it. Shown without a stack. */
export class StartError extends Error {
  override readonly name: string = 'StartError';
  /** What the process ends with: 78 (EX_CONFIG of sysexits.h) means that trying again changes nothing, 75 that it may. */
  readonly exitCode: number;

  constructor(message: string, retry: 'may help' | 'is useless' = 'is useless', options?: ErrorOptions) {
    super(message, options);
    this.exitCode = retry === 'may help' ? 75 : 78;
  }
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
export const codeOf = (error: unknown): string | undefined =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
