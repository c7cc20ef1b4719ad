import type { LoggerService } from '@nestjs/common';
import type { Logger } from './logger.ts';
import { withoutSecrets } from './without-secrets.ts';

/** Nest's own lines in our log. Its start-up chatter is for debugging. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, context?: unknown): void {
    this.logger.debug({ context }, String(message));
  }

  warn(message: unknown, context?: unknown): void {
    this.logger.warn({ context }, withoutSecrets(String(message)));
  }

  error(message: unknown, stack?: unknown, context?: unknown): void {
    if (message instanceof Error) this.logger.error({ context, err: message }, withoutSecrets(message.message));
    else this.logger.error({ context, stack: stack && withoutSecrets(String(stack)) }, withoutSecrets(String(message)));
  }
}
