import { Module } from '@nestjs/common';
import { NodeLease } from './node-lease.ts';

@Module({ providers: [NodeLease], exports: [NodeLease] })
export class ClusterModule {}
