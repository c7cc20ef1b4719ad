import { type DynamicModule, Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Pools } from './pools.ts';
import { Reads } from './reads.ts';

@Module({})
export class DatabaseModule {
  static with(source: DataSource): DynamicModule {
    return {
      module: DatabaseModule,
      global: true,
      providers: [{ provide: DataSource, useValue: source }, Pools, Reads],
      exports: [DataSource, Pools, Reads],
    };
  }
}
