import { type Logger as PinoLogger, pino } from 'pino';

/** JSON lines on standard output. Bodies, tokens and keys never reach it: what is logged is named field by field. */
export abstract class Logger {
  abstract debug(fields: object, message: string): void;
  abstract info(fields: object, message: string): void;
  abstract warn(fields: object, message: string): void;
  abstract error(fields: object, message: string): void;
}

const REDACTED = [
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

export const openLogger = (level: string): PinoLogger =>
  pino({
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: REDACTED.flatMap((name) => [name, `*.${name}`]), censor: '[redacted]' },
  });
