import { Engine } from '@chatbox/engine';
import { Global, Module } from '@nestjs/common';
import { Config } from '../config/config.ts';
import { Metrics } from '../metrics/metrics.ts';
import { Tracing } from '../metrics/tracing/tracing.ts';
import { CacheController } from './cache.controller.ts';
import { Cache } from './cache.ts';
import { TieredCache } from './tiered-cache.ts';

@Global()
@Module({
  controllers: [CacheController],
  providers: [
    {
      provide: Cache,
      useFactory: (engine: Engine, config: Config, metrics: Metrics, tracing: Tracing) =>
        new TieredCache(engine, config, metrics, tracing),
      inject: [Engine, Config, Metrics, Tracing],
    },
  ],
  exports: [Cache],
})
export class CacheModule {}
