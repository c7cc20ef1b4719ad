import { type DynamicModule, Module } from '@nestjs/common';
import { DataSource } from 'typeorm';

@Module({})
export class DatabaseModule {
  static with(source: DataSource): DynamicModule {
    return {
      module: DatabaseModule,
      global: true,
      providers: [{ provide: DataSource, useValue: source }],
      exports: [DataSource],
    };
  }
}
