import { Module } from '@nestjs/common';
import { Ledger } from './ledger.ts';
import { PersonalLedger } from './personal-ledger.ts';
import { UsageController } from './usage.controller.ts';
import { UsageReports } from './usage-report.ts';

@Module({ controllers: [UsageController], providers: [Ledger, PersonalLedger, UsageReports], exports: [Ledger] })
export class UsageModule {}
