import { ROUTES, UsageQuery, type UsageReport } from '@chatbox/contracts';
import { Controller, Get, Header, Query } from '@nestjs/common';
import { AuditLog, type From, Origin } from '../common/audit-log.ts';
import { Can, type Identity, Who } from '../common/identity.ts';
import { shaped } from '../common/zod.pipe.ts';
import { UsageReports } from './usage-report.ts';

@Can('usage', 'read')
@Controller()
export class UsageController {
  constructor(
    private readonly reports: UsageReports,
    private readonly log: AuditLog,
  ) {}

  @Get(ROUTES['usage.report'].path)
  report(@Query(shaped(UsageQuery)) query: UsageQuery): Promise<UsageReport> {
    return this.reports.report(query);
  }

  /** Who used how much leaves the house: that is remembered. */
  @Get(ROUTES['usage.export'].path)
  @Header('content-type', 'text/csv; charset=utf-8')
  @Header('content-disposition', 'attachment; filename="usage.csv"')
  async export(
    @Who() who: Identity,
    @Origin() from: From,
    @Query(shaped(UsageQuery)) query: UsageQuery,
  ): Promise<string> {
    await this.log.record(null, { actor: who, action: 'usage.exported', target: null, from, details: { ...query } });
    return this.reports.csv(query);
  }
}
