import type { Engine } from '@chatbox/engine';
import { type DynamicModule, Module } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { AlertsModule } from './alerts/alerts.module.ts';
import { AuthModule } from './auth/auth.module.ts';
import { IdempotencyModule } from './auth/idempotency/idempotency.module.ts';
import { KeysModule } from './auth/keys/keys.module.ts';
import { LifecycleModule } from './auth/lifecycle/lifecycle.module.ts';
import { OidcModule } from './auth/oidc/oidc.module.ts';
import { PeopleModule } from './auth/people/people.module.ts';
import { CacheModule } from './cache/cache.module.ts';
import { ChatModule } from './chat/chat.module.ts';
import { CommonModule } from './common/common.module.ts';
import type { Logger } from './common/logger.ts';
import type { ConfigValues } from './config/config.ts';
import { DatabaseModule } from './database/database.module.ts';
import { DocsModule } from './docs/docs.module.ts';
import { EngineModule } from './engine/engine.module.ts';
import { LimitsModule } from './limits/limits.module.ts';
import { DashboardModule } from './metrics/dashboard/dashboard.module.ts';
import { MetricsModule } from './metrics/metrics.module.ts';
import type { Metrics } from './metrics/metrics.ts';
import type { Tracing } from './metrics/tracing/tracing.ts';
import { ProvidersModule } from './providers/providers.module.ts';
import { RecoveryModule } from './recovery/recovery.module.ts';
import { UsageModule } from './usage/usage.module.ts';

export interface Opened {
  config: ConfigValues;
  logger: Logger;
  metrics: Metrics;
  tracing: Tracing;
  source: DataSource;
  engine: Engine;
}

/** The list of rooms; the only composition root. */
@Module({})
export class AppModule {
  static with({ config, logger, metrics, tracing, source, engine }: Opened): DynamicModule {
    return {
      module: AppModule,
      imports: [
        CommonModule.with(config, logger),
        DatabaseModule.with(source),
        EngineModule.with(engine),
        MetricsModule.with(metrics, tracing),
        DashboardModule,
        CacheModule,
        AuthModule,
        LifecycleModule,
        OidcModule,
        LimitsModule,
        PeopleModule,
        KeysModule,
        IdempotencyModule,
        ChatModule,
        ProvidersModule,
        UsageModule,
        RecoveryModule,
        AlertsModule,
        DocsModule,
      ],
    };
  }
}
