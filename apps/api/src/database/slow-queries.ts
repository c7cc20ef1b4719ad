import type { Logger as TypeOrmLogger } from 'typeorm';
import type { Logger } from '../common/logger.ts';

const MOST_CHARACTERS = 300;

/** Statements that take too long go to the log, without their values: those are what people wrote. */
export class SlowQueries implements TypeOrmLogger {
  private readonly logger: Pick<Logger, 'warn'>;

  constructor(logger: Pick<Logger, 'warn'>) {
    this.logger = logger;
  }

  logQuerySlow(milliseconds: number, query: string): void {
    const statement = query.replace(/\s+/g, ' ').trim().slice(0, MOST_CHARACTERS);
    this.logger.warn({ milliseconds: Math.round(milliseconds), statement }, 'a database statement was slow');
  }

  logQuery(): void {}
  logQueryError(): void {}
  logSchemaBuild(): void {}
  logMigration(): void {}
  log(): void {}
}
