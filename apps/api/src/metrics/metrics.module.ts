import { type DynamicModule, Module } from '@nestjs/common';
import { MetricsController } from './metrics.controller.ts';
import { Metrics } from './metrics.ts';
import { Tracing } from './tracing/tracing.ts';

@Module({})
export class MetricsModule {
  static with(metrics: Metrics, tracing: Tracing): DynamicModule {
    return {
      module: MetricsModule,
      global: true,
      controllers: [MetricsController],
      providers: [
        { provide: Metrics, useValue: metrics },
        { provide: Tracing, useValue: tracing },
      ],
      exports: [Metrics, Tracing],
    };
  }
}
