import { Module } from '@nestjs/common';
import { Models } from './models.ts';
import { OfflineAssistant } from './offline/offline.ts';

@Module({
  providers: [Models, { provide: OfflineAssistant, useFactory: () => new OfflineAssistant() }],
  exports: [Models],
})
export class ProvidersModule {}
