import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { AuthModule } from '../auth/auth.module.ts';
import { ClusterModule } from '../cluster/cluster.module.ts';
import { HealthController } from './health/health.controller.ts';
import { Onlookers } from './health/onlookers.ts';
import { Readiness } from './health/readiness.ts';

@Module({
  imports: [AuthModule, ClusterModule, TerminusModule.forRoot({ logger: false })],
  controllers: [HealthController],
  providers: [Onlookers, Readiness],
})
export class RecoveryModule {}
