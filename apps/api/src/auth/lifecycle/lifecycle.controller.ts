import { Readable } from 'node:stream';
import {
  type AccountState,
  ChangeEmail,
  ChangePassword,
  DeleteAccount,
  ForgotPassword,
  PathId,
  type ResetLink,
  ResetPassword,
  ROUTES,
  type VerifiedEmail,
  VerifyEmail,
} from '@chatbox/contracts';
import { Body, Controller, Get, HttpCode, Param, Post, Req, Res, StreamableFile } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type From, fromOf, Origin } from '../../common/audit-log.ts';
import { Can, Fresh, type Identity, Public, Who } from '../../common/identity.ts';
import { shaped } from '../../common/zod.pipe.ts';
import { arrivalOf, isEncrypted } from '../arrival.ts';
import { noCookies } from '../cookies.ts';
import { RequestOrigin } from '../request-origin.ts';
import { AccountDeletion } from './account-deletion.ts';
import { AccountExport } from './account-export.ts';
import { AccountReader } from './account-reader.ts';
import { EmailChange } from './email-change.ts';
import { PasswordChange } from './password-change.ts';

/** What people do with their own account, and the owner for those who lost the way in. */
@Controller()
export class LifecycleController {
  constructor(
    private readonly passwords: PasswordChange,
    private readonly emails: EmailChange,
    private readonly deletion: AccountDeletion,
    private readonly accountExport: AccountExport,
    private readonly reader: AccountReader,
    private readonly origins: RequestOrigin,
  ) {}

  @Get(ROUTES['account.state'].path)
  state(@Who() who: Identity): Promise<AccountState> {
    return this.reader.state(who);
  }

  @Post(ROUTES['account.change_password'].path)
  @HttpCode(ROUTES['account.change_password'].status)
  changePassword(
    @Who() who: Identity,
    @Body(shaped(ChangePassword)) change: ChangePassword,
    @Origin() from: From,
  ): Promise<void> {
    return this.passwords.change(who, change, from);
  }

  @Public()
  @Post(ROUTES['account.forgot_password'].path)
  @HttpCode(ROUTES['account.forgot_password'].status)
  forgotPassword(@Body(shaped(ForgotPassword)) forgotten: ForgotPassword): Promise<void> {
    return this.passwords.forgot(forgotten);
  }

  @Public()
  @Post(ROUTES['account.reset_password'].path)
  @HttpCode(ROUTES['account.reset_password'].status)
  resetPassword(@Body(shaped(ResetPassword)) reset: ResetPassword, @Origin() from: From): Promise<void> {
    return this.passwords.reset(reset, from);
  }

  @Post(ROUTES['account.send_verification'].path)
  @HttpCode(ROUTES['account.send_verification'].status)
  sendVerification(@Who() who: Identity): Promise<void> {
    return this.emails.askToVerify(who);
  }

  @Post(ROUTES['account.change_email'].path)
  @HttpCode(ROUTES['account.change_email'].status)
  changeEmail(
    @Who() who: Identity,
    @Body(shaped(ChangeEmail)) change: ChangeEmail,
    @Origin() from: From,
  ): Promise<void> {
    return this.emails.askToChange(who, change, from);
  }

  @Public()
  @Post(ROUTES['account.verify_email'].path)
  @HttpCode(ROUTES['account.verify_email'].status)
  verifyEmail(@Body(shaped(VerifyEmail)) link: VerifyEmail, @Origin() from: From): Promise<VerifiedEmail> {
    return this.emails.verify(link, from);
  }

  @Get(ROUTES['account.export'].path)
  export(@Who() who: Identity, @Origin() from: From): StreamableFile {
    return new StreamableFile(Readable.from(this.accountExport.document(who, from), { objectMode: false }), {
      type: 'application/json; charset=utf-8',
      disposition: 'attachment; filename="chatbox-export.json"',
    });
  }

  @Post(ROUTES['account.delete'].path)
  @HttpCode(ROUTES['account.delete'].status)
  async delete(
    @Who() who: Identity,
    @Body(shaped(DeleteAccount)) proof: DeleteAccount,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    await this.deletion.delete(who, proof, fromOf(request));
    reply.header('set-cookie', noCookies(this.origins.isSecure(arrivalOf(request), isEncrypted(request))));
  }

  @Can('people', 'reset_link')
  @Fresh()
  @Post(ROUTES['account.reset_link'].path)
  resetLink(@Who() who: Identity, @Param('id', shaped(PathId)) id: string, @Origin() from: From): Promise<ResetLink> {
    return this.passwords.link(who, id, from);
  }
}
