import { Global, Module } from '@nestjs/common';
import { AuditLog } from '../../common/audit-log.ts';
import { AuditController } from './audit.controller.ts';
import { AuditChain } from './audit-chain.ts';
import { AuditReader } from './audit-reader.ts';

/** Global: every room records what it changes, also those that do not know this one. */
@Global()
@Module({
  controllers: [AuditController],
  providers: [AuditReader, { provide: AuditLog, useClass: AuditChain }],
  exports: [AuditLog],
})
export class AuditModule {}
