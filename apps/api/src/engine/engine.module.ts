import { Bus, Engine, LimitStore, MemoryEngine, RedisEngine } from '@chatbox/engine';
import { type DynamicModule, Module } from '@nestjs/common';
import type { Logger } from '../common/logger.ts';
import type { ConfigValues } from '../config/config.ts';
import type { Tracing } from '../metrics/tracing/tracing.ts';
import { TracedEngine } from './traced-engine.ts';

/** The one place that knows which driver runs. */
export const openEngine = async (
  config: Pick<ConfigValues, 'MODE' | 'REDIS_URL'>,
  logger: Pick<Logger, 'warn' | 'info'>,
  tracing: Tracing,
): Promise<Engine> => {
  if (config.MODE === 'embedded') return MemoryEngine.open();
  const engine = await RedisEngine.open(config.REDIS_URL ?? '', {
    away: (reason) =>
      logger.warn({ reason }, 'Redis is away: slower, and every process counts alone, until it is back'),
    back: () => logger.info({}, 'Redis is back'),
  });
  return tracing.isOn ? new TracedEngine(engine, tracing) : engine;
};

@Module({})
export class EngineModule {
  static with(engine: Engine): DynamicModule {
    return {
      module: EngineModule,
      global: true,
      providers: [
        { provide: Engine, useValue: engine },
        { provide: Bus, useValue: engine.bus },
        { provide: LimitStore, useValue: engine.limits },
      ],
      exports: [Engine, Bus, LimitStore],
    };
  }
}
