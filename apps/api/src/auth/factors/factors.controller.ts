import {
  AddPasskey,
  ConfirmTotp,
  type Factors as OwnFactors,
  type Passkey,
  type PasskeyAdded,
  type PasskeyCreation,
  PathId,
  type RecoveryCodes,
  RenamePasskey,
  ROUTES,
  type TotpAdded,
  type TotpEnrolment,
} from '@chatbox/contracts';
import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { type From, Origin } from '../../common/audit-log.ts';
import { Can, DuringSetup, Fresh, type Identity, Who } from '../../common/identity.ts';
import { shaped } from '../../common/zod.pipe.ts';
import { Accounts } from '../accounts.ts';
import { Factors } from './factors.ts';
import { PageOf } from './page-of.ts';
import { PasskeyCeremonies } from './passkey-ceremonies.ts';
import { Totp } from './totp.ts';

/** The own second factors. For a person, not for a key: none of the routes names a right that a key could have. */
@Controller()
export class FactorsController {
  constructor(
    private readonly factors: Factors,
    private readonly totp: Totp,
    private readonly ceremonies: PasskeyCeremonies,
    private readonly accounts: Accounts,
    private readonly pages: PageOf,
  ) {}

  @DuringSetup()
  @Get(ROUTES['factors.read'].path)
  read(@Who() who: Identity, @Req() request: FastifyRequest): Promise<OwnFactors> {
    return this.factors.read(who, this.pages.hostname(request));
  }

  @DuringSetup()
  @Fresh()
  @Post(ROUTES['factors.begin_totp'].path)
  beginTotp(@Who() who: Identity): Promise<TotpEnrolment> {
    return this.totp.begin(who);
  }

  @DuringSetup()
  @Fresh()
  @Post(ROUTES['factors.confirm_totp'].path)
  @HttpCode(ROUTES['factors.confirm_totp'].status)
  confirmTotp(
    @Who() who: Identity,
    @Body(shaped(ConfirmTotp)) { totp }: ConfirmTotp,
    @Origin() from: From,
  ): Promise<TotpAdded> {
    return this.factors.confirmTotp(who, totp, from);
  }

  @Fresh()
  @Delete(ROUTES['factors.remove_totp'].path)
  @HttpCode(ROUTES['factors.remove_totp'].status)
  removeTotp(@Who() who: Identity, @Origin() from: From): Promise<void> {
    return this.factors.removeTotp(who, from);
  }

  @Fresh()
  @Post(ROUTES['factors.make_recovery_codes'].path)
  makeRecoveryCodes(@Who() who: Identity, @Origin() from: From): Promise<RecoveryCodes> {
    return this.factors.newRecoveryCodes(who, from);
  }

  @DuringSetup()
  @Fresh()
  @Post(ROUTES['passkeys.begin'].path)
  @HttpCode(ROUTES['passkeys.begin'].status)
  async beginPasskey(@Who() who: Identity, @Req() request: FastifyRequest): Promise<PasskeyCreation> {
    const page = this.pages.own(request);
    return this.ceremonies.askForNew(who, (await this.accounts.own(who)).name, page);
  }

  @DuringSetup()
  @Fresh()
  @Post(ROUTES['passkeys.add'].path)
  addPasskey(
    @Who() who: Identity,
    @Body(shaped(AddPasskey)) draft: AddPasskey,
    @Req() request: FastifyRequest,
    @Origin() from: From,
  ): Promise<PasskeyAdded> {
    return this.factors.addPasskey(who, draft, this.pages.own(request), from);
  }

  @Patch(ROUTES['passkeys.rename'].path)
  renamePasskey(
    @Who() who: Identity,
    @Param('id', shaped(PathId)) id: string,
    @Body(shaped(RenamePasskey)) { name }: RenamePasskey,
    @Req() request: FastifyRequest,
  ): Promise<Passkey> {
    return this.factors.renamePasskey(who, id, name, this.pages.hostname(request));
  }

  @Fresh()
  @Delete(ROUTES['passkeys.remove'].path)
  @HttpCode(ROUTES['passkeys.remove'].status)
  removePasskey(@Who() who: Identity, @Param('id', shaped(PathId)) id: string, @Origin() from: From): Promise<void> {
    return this.factors.removePasskey(who, id, from);
  }

  @Can('people', 'reset_access')
  @Fresh()
  @Delete(ROUTES['people.reset_factors'].path)
  @HttpCode(ROUTES['people.reset_factors'].status)
  reset(@Who() who: Identity, @Param('id', shaped(PathId)) id: string, @Origin() from: From): Promise<void> {
    return this.factors.reset(who, id, from);
  }
}
