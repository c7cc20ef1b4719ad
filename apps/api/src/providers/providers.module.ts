import type { ProviderKind } from '@chatbox/contracts';
import { Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Cache } from '../cache/cache.ts';
import { AuditLog } from '../common/audit-log.ts';
import { Envelopes } from '../common/envelope.ts';
import { Config } from '../config/config.ts';
import { Adapters } from './adapters.ts';
import { AnthropicAdapter } from './anthropic/anthropic.ts';
import { ChosenHosts } from './chosen-hosts.ts';
import { ConnectionTests } from './connection-tests.ts';
import { ConnectionsController } from './connections.controller.ts';
import { Connections } from './connections.ts';
import { connectionsOfEnvironment } from './known-connection.ts';
import { ModelLists } from './model-lists.ts';
import { ModelsController } from './models.controller.ts';
import { Models } from './models.ts';
import { OfflineAssistant } from './offline/offline.ts';
import { OpenAIAdapter } from './openai/openai.ts';
import type { ProviderAdapter } from './provider.ts';

const BACKOFF_MILLISECONDS = 500;

const adapters = (config: Config): Adapters => {
  const patience = {
    silenceMilliseconds: config.PROVIDER_TIMEOUT_SECONDS * 1_000,
    backoffMilliseconds: BACKOFF_MILLISECONDS,
  };
  const byKind: Record<ProviderKind, ProviderAdapter> = {
    openai: new OpenAIAdapter(patience),
    anthropic: new AnthropicAdapter(patience),
    offline: new OfflineAssistant(),
  };
  return { of: (kind) => byKind[kind] };
};

@Module({
  controllers: [ModelsController, ConnectionsController],
  providers: [
    { provide: Adapters, useFactory: adapters, inject: [Config] },
    {
      provide: Connections,
      useFactory: (source: DataSource, config: Config, hosts: ChosenHosts, log: AuditLog, cache: Cache) =>
        new Connections(source, new Envelopes(config.MASTER_KEY), connectionsOfEnvironment(config), hosts, log, cache),
      inject: [DataSource, Config, ChosenHosts, AuditLog, Cache],
    },
    ChosenHosts,
    ModelLists,
    ConnectionTests,
    Models,
  ],
  exports: [Models],
})
export class ProvidersModule {}
