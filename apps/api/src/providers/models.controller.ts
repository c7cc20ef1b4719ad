import { type ModelList, ROUTES } from '@chatbox/contracts';
import { Controller, Get } from '@nestjs/common';
import { Can } from '../common/identity.ts';
import { Models } from './models.ts';

@Controller()
export class ModelsController {
  constructor(private readonly models: Models) {}

  @Can('models', 'read')
  @Get(ROUTES['models.list'].path)
  list(): Promise<ModelList> {
    return this.models.list();
  }
}
