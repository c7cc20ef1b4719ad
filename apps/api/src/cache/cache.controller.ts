import { type CacheStatistics, ROUTES } from '@chatbox/contracts';
import { Controller, Get } from '@nestjs/common';
import { Can } from '../common/identity.ts';
import { Cache } from './cache.ts';

@Controller()
export class CacheController {
  constructor(private readonly cache: Cache) {}

  @Can('cache', 'read')
  @Get(ROUTES['cache.statistics'].path)
  statistics(): Promise<CacheStatistics> {
    return this.cache.statistics();
  }
}
