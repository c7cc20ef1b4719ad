import { type Dashboard as Answer, DashboardQuery, ROUTES } from '@chatbox/contracts';
import { Controller, Get, Query } from '@nestjs/common';
import { Can } from '../../common/identity.ts';
import { shaped } from '../../common/zod.pipe.ts';
import { Dashboard } from './dashboard.ts';

@Controller()
export class DashboardController {
  constructor(private readonly dashboard: Dashboard) {}

  @Can('metrics', 'read')
  @Get(ROUTES['metrics.dashboard'].path)
  read(@Query(shaped(DashboardQuery)) { range }: DashboardQuery): Promise<Answer> {
    return this.dashboard.getDashboardData(range);
  }
}
