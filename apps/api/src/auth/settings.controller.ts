import { ROUTES, type Settings, type Setup, UpdateSettings } from '@chatbox/contracts';
import { Body, Controller, Get, Patch } from '@nestjs/common';
import { type From, Origin } from '../common/audit-log.ts';
import { Can, type Identity, Public, Who } from '../common/identity.ts';
import { VERSION } from '../common/version.ts';
import { shaped } from '../common/zod.pipe.ts';
import { Admission } from './admission.ts';
import { InstallationSettings } from './settings.ts';

@Controller()
export class SettingsController {
  constructor(
    private readonly settings: InstallationSettings,
    private readonly admission: Admission,
  ) {}

  @Public()
  @Get(ROUTES['setup.read'].path)
  async setup(): Promise<Setup> {
    return { ...(await this.admission.state()), version: VERSION };
  }

  @Can('settings', 'read')
  @Get(ROUTES['settings.read'].path)
  read(): Promise<Settings> {
    return this.settings.read();
  }

  @Can('settings', 'write')
  @Patch(ROUTES['settings.update'].path)
  update(
    @Who() who: Identity,
    @Origin() from: From,
    @Body(shaped(UpdateSettings)) change: UpdateSettings,
  ): Promise<Settings> {
    return this.settings.update(change, { who, from });
  }
}
