import { type DynamicModule, Module } from '@nestjs/common';
import { Config, type ConfigValues } from '../config/config.ts';
import { Logger } from './logger.ts';
import { PersonalData } from './personal-data.ts';

@Module({})
export class CommonModule {
  static with(config: ConfigValues, logger: Logger): DynamicModule {
    return {
      module: CommonModule,
      global: true,
      providers: [{ provide: Config, useValue: config }, { provide: Logger, useValue: logger }, PersonalData],
      exports: [Config, Logger, PersonalData],
    };
  }
}
