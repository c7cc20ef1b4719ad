import { type ModelList, ROUTES } from '@chatbox/contracts';
import { Controller, Get } from '@nestjs/common';
import { Models } from './models.ts';

@Controller()
export class ModelsController {
  constructor(private readonly models: Models) {}

  @Get(ROUTES['models.list'].path)
  list(): Promise<ModelList> {
    return this.models.list();
  }
}
