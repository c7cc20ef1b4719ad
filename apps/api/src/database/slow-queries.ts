import type { Logger as TypeOrmLogger } from 'typeorm';
import type { Logger } from '../common/logger.ts';

const MOST_CHARACTERS = 300;

/** On one line, without what it was given: values are parameters, and never in the text. */
export const statementOf = (query: string): string => query.replace(/\s+/g, ' ').trim().slice(0, MOST_CHARACTERS);

/** Statements that take too long go to the log, without their values: those are what people wrote. */
export class SlowQueries implements TypeOrmLogger {
  private readonly logger: Pick<Logger, 'warn'>;

  constructor(logger: Pick<Logger, 'warn'>) {
    this.logger = logger;
  }

  logQuerySlow(milliseconds: number, query: string): void {
    this.logger.warn(
      { milliseconds: Math.round(milliseconds), statement: statementOf(query) },
      'a database statement was slow',
    );
  }

  logQuery(): void {}
  logQueryError(): void {}
  logSchemaBuild(): void {}
  logMigration(): void {}
  log(): void {}
}
