import { Bus, Engine, LimitStore, MemoryEngine } from '@chatbox/engine';
import { type DynamicModule, Module } from '@nestjs/common';
import type { ConfigValues } from '../config/config.ts';

/** The one place that knows which driver runs. */
export const openEngine = async (config: ConfigValues): Promise<Engine> => {
  if (config.MODE === 'clustered')
    throw new Error('MODE=clustered needs the Redis driver, which this version does not have');
  return MemoryEngine.open();
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
