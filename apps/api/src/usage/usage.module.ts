import { Module } from '@nestjs/common';
import { Ledger } from './ledger.ts';
import { PersonalLedger } from './personal-ledger.ts';

@Module({ providers: [Ledger, PersonalLedger], exports: [Ledger] })
export class UsageModule {}
