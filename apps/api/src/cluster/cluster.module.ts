import { Module } from '@nestjs/common';
import { Drain } from './drain.ts';
import { NodeLease } from './node-lease.ts';
import { OldestNode } from './oldest-node.ts';

@Module({ providers: [NodeLease, Drain, OldestNode], exports: [NodeLease, Drain, OldestNode] })
export class ClusterModule {}
