import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.ts';
import { EnvironmentKeyRows } from './environment-key-rows.ts';
import { KeyUse } from './key-use.ts';
import { KnownPrefixes } from './known-prefixes.ts';
import { LiveKeys } from './live-keys.ts';

/** What it takes to know a key when one is presented. */
@Module({
  imports: [AuditModule],
  providers: [EnvironmentKeyRows, KeyUse, KnownPrefixes, LiveKeys],
  exports: [KnownPrefixes, LiveKeys],
})
export class LiveKeysModule {}
