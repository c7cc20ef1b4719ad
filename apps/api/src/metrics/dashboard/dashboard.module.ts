import { Engine } from '@chatbox/engine';
import { Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Logger } from '../../common/logger.ts';
import { Config } from '../../config/config.ts';
import { Metrics } from '../metrics.ts';
import { DashboardController } from './dashboard.controller.ts';
import { Dashboard } from './dashboard.ts';
import { MetricSource } from './metric-source.ts';
import { openSource } from './open-source.ts';

@Module({
  controllers: [DashboardController],
  providers: [
    Dashboard,
    { provide: MetricSource, useFactory: openSource, inject: [Config, DataSource, Engine, Metrics, Logger] },
  ],
})
export class DashboardModule {}
