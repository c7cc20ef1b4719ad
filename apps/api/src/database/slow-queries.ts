import type { Logger as TypeOrmLogger } from 'typeorm';
import type { Logger } from '../common/logger.ts';

const MOST_CHARACTERS = 300;

/** Statements that take too long go to the log, without their values: those are what people wrote. */
export class SlowQueries implements TypeOrmLogger {
  constructor(private readonly logger: Pick<Logger, 'warn'>) {}

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
