import { type Logger as PinoLogger, pino } from 'pino';
import { withoutSecrets } from './without-secrets.ts';

/** JSON lines on standard output. Bodies, tokens and keys never reach it: what is logged is named field by field. */
export abstract class Logger {
  abstract debug(fields: object, message: string): void;
  abstract info(fields: object, message: string): void;
  abstract warn(fields: object, message: string): void;
  abstract error(fields: object, message: string): void;
}

interface Destination {
  write(text: string): unknown;
}

export const REDACTED = [
  'password',
  'token',
  'accessToken',
  'refreshToken',
  'key',
  'apiKey',
  'authorization',
  'cookie',
  'secret',
];
/** The library looks for names at given depths only; nothing here is nested deeper. */
const PATHS = REDACTED.flatMap((name) => [name, `*.${name}`, `*.*.${name}`, `*["set-cookie"]`, `*.*["x-api-key"]`]);
export const MOST_CAUSES = 5;
const STANDARD_OUTPUT = 1;

/** `mixin` is asked for every line, for what it belongs to. */
export const openLogger = (level: string, destination?: Destination, mixin?: () => object): PinoLogger => {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: [...new Set(PATHS)], censor: '[redacted]' },
    ...(mixin && { mixin }),
    serializers: { err: (error: unknown) => described(error, MOST_CAUSES) },
  };
  return destination ? pino(options, destination) : pino(options);
};

/**
 * Looks for no secrets, which costs 15 times the rest of a line. Only for the line of every request, whose fields are all our own:
 * numbers, a method, the pattern of a route, an address, an id that was checked.
 */
export const requestLines = (
  level: string,
  destination: Destination = pino.destination({ dest: STANDARD_OUTPUT, sync: true }),
  mixin?: () => object,
): Pick<Logger, 'info'> & { flush(): void } => {
  const lines = new LinesOfATurn(destination);
  const logger = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      ...(mixin ? { mixin } : {}),
    },
    lines,
  );
  return { info: (fields, message) => logger.info(fields, message), flush: () => lines.flush() };
};

/** Writes what is said within one turn of the event loop at its end, together: each write costs as much as what it is about. */
class LinesOfATurn {
  private waiting = '';
  private readonly end = (): void => this.flush();

  private readonly output: Destination;

  constructor(output: Destination) {
    this.output = output;
  }

  write(line: string): void {
    if (this.waiting === '') setImmediate(this.end);
    this.waiting += line;
  }

  flush(): void {
    const text = this.waiting;
    this.waiting = '';
    if (text !== '') this.output.write(text);
  }
}

export interface Described {
  type: string;
  message: string;
  code?: string | number;
  stack?: string;
  cause?: Described;
}

/**
 * What is known about an error, named field by field. Drivers and SDKs hang on their errors what they were about: the parameters of a
 * statement, the headers of a request, what people wrote. What looks like a secret is taken out of the texts that are left.
 */
export const described = (error: unknown, causes: number): Described => {
  if (!isError(error)) return { type: typeof error, message: 'not an error' };
  const { name, message, stack, code, cause } = error;
  return {
    type: name,
    message: withoutSecrets(message),
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    ...(stack === undefined ? {} : { stack: withoutSecrets(stack) }),
    ...(cause !== undefined && causes > 0 ? { cause: described(cause, causes - 1) } : {}),
  };
};

/** Not by its class: errors come from other realms too. */
const isError = (value: unknown): value is Error & { code?: unknown } =>
  typeof value === 'object' && value !== null && 'message' in value && typeof value.message === 'string';
