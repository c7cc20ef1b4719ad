import { LimitStore } from '@chatbox/engine';
import { Module } from '@nestjs/common';
import { Logger } from '../common/logger.ts';
import { Refusals } from './refusals.ts';
import { SharedCounts } from './shared-counts.ts';
import { InsuredLimitStore } from './when-the-store-is-away.ts';

/** Apart from the guard, so that the rooms that count can have it without deciding in which order the guards run. */
@Module({
  providers: [
    {
      provide: InsuredLimitStore,
      useFactory: (shared: LimitStore, logger: Logger) => new InsuredLimitStore(shared, logger),
      inject: [LimitStore, Logger],
    },
    SharedCounts,
    Refusals,
  ],
  exports: [InsuredLimitStore, SharedCounts, Refusals],
})
export class CountsModule {}
