import { Module } from '@nestjs/common';
import { ConnectionBudget } from './connection-budget.ts';
import { Drain } from './drain.ts';
import { NodeLease } from './node-lease.ts';
import { OldestNode } from './oldest-node.ts';

@Module({ providers: [NodeLease, ConnectionBudget, Drain, OldestNode], exports: [NodeLease, Drain, OldestNode] })
export class ClusterModule {}
