import { Readable } from 'node:stream';
import {
  AuditFilter,
  AuditQuery,
  type AuditRecord,
  type AuditVerification,
  type Page,
  ROUTES,
} from '@chatbox/contracts';
import { Controller, Get, Header, Query, StreamableFile } from '@nestjs/common';
import { AuditLog, type From, Origin } from '../../common/audit-log.ts';
import { Can, type Identity, Who } from '../../common/identity.ts';
import { shaped } from '../../common/zod.pipe.ts';
import { AuditReader } from './audit-reader.ts';

@Can('audit', 'read')
@Controller()
export class AuditController {
  constructor(
    private readonly reader: AuditReader,
    private readonly log: AuditLog,
  ) {}

  @Get(ROUTES['audit.list'].path)
  list(@Query(shaped(AuditQuery)) query: AuditQuery): Promise<Page<AuditRecord>> {
    return this.reader.page(query);
  }

  @Get(ROUTES['audit.verify'].path)
  verify(): Promise<AuditVerification> {
    return this.reader.verify();
  }

  /** That the log left the house is itself worth remembering. */
  @Get(ROUTES['audit.export'].path)
  @Header('content-type', 'text/csv; charset=utf-8')
  @Header('content-disposition', 'attachment; filename="audit.csv"')
  async export(
    @Who() who: Identity,
    @Origin() from: From,
    @Query(shaped(AuditFilter)) filter: AuditFilter,
  ): Promise<StreamableFile> {
    await this.log.record(null, { actor: who, action: 'audit.exported', target: null, from, details: { ...filter } });
    return new StreamableFile(Readable.from(this.reader.csv(filter)));
  }
}
