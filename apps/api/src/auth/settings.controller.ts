import { ROUTES, type Settings, type Setup, UpdateSettings } from '@chatbox/contracts';
import { Body, Controller, Get, Patch } from '@nestjs/common';
import { type From, Origin } from '../common/audit-log.ts';
import { Can, Fresh, type Identity, Public, Who } from '../common/identity.ts';
import { VERSION } from '../common/version.ts';
import { shaped } from '../common/zod.pipe.ts';
import { Config } from '../config/config.ts';
import { Admission } from './admission.ts';
import { InstallationSettings } from './settings.ts';

@Controller()
export class SettingsController {
  constructor(
    private readonly settings: InstallationSettings,
    private readonly admission: Admission,
    private readonly config: Config,
  ) {}

  @Public()
  @Get(ROUTES['setup.read'].path)
  async setup(): Promise<Setup> {
    const { OIDC_ISSUER, OIDC_NAME, SMTP_URL } = this.config;
    return {
      ...(await this.admission.state()),
      signIn: [
        { kind: 'password' },
        ...(OIDC_ISSUER === undefined ? [] : [{ kind: 'oidc' as const, name: OIDC_NAME }]),
      ],
      mail: SMTP_URL !== undefined,
      version: VERSION,
    };
  }

  @Can('settings', 'read')
  @Get(ROUTES['settings.read'].path)
  read(): Promise<Settings> {
    return this.settings.read();
  }

  @Can('settings', 'write')
  @Fresh()
  @Patch(ROUTES['settings.update'].path)
  update(
    @Who() who: Identity,
    @Origin() from: From,
    @Body(shaped(UpdateSettings)) change: UpdateSettings,
  ): Promise<Settings> {
    return this.settings.update(change, { who, from });
  }
}
