import { Module } from '@nestjs/common';
import { Drain } from './drain.ts';
import { NodeLease } from './node-lease.ts';

@Module({ providers: [NodeLease, Drain], exports: [NodeLease, Drain] })
export class ClusterModule {}
