import {
  type AuthResult,
  type Fresh,
  LoginFactor,
  LoginFactorOptions,
  LoginPasskey,
  type PasskeyRequest,
  ProveFresh,
  ROUTES,
} from '@chatbox/contracts';
import { Body, Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../common/app-error.ts';
import { fromOf } from '../../common/audit-log.ts';
import { DuringSetup, type Identity, Public, Who } from '../../common/identity.ts';
import { shaped } from '../../common/zod.pipe.ts';
import { deviceOf } from '../arrival.ts';
import { sessionCookies } from '../cookies.ts';
import { browserCookie, browserOf, newBrowser } from './browser-cookie.ts';
import { FactorSignIn } from './factor-sign-in.ts';
import { Freshness } from './freshness.ts';
import { PageOf } from './page-of.ts';

@Controller()
export class SecondStepController {
  constructor(
    private readonly signIn: FactorSignIn,
    private readonly freshness: Freshness,
    private readonly pages: PageOf,
  ) {}

  @Public()
  @Post(ROUTES['auth.login_factor_options'].path)
  @HttpCode(ROUTES['auth.login_factor_options'].status)
  options(
    @Body(shaped(LoginFactorOptions)) { challenge }: LoginFactorOptions,
    @Req() request: FastifyRequest,
  ): Promise<PasskeyRequest> {
    return this.signIn.ask(challenge, this.pages.own(request));
  }

  @Public()
  @Post(ROUTES['auth.login_factor'].path)
  @HttpCode(ROUTES['auth.login_factor'].status)
  async factor(
    @Body(shaped(LoginFactor)) proof: LoginFactor,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AuthResult> {
    return this.welcome(await this.signIn.finish(proof, this.pages.any(request), deviceOf(request)), request, reply);
  }

  @Public()
  @Post(ROUTES['auth.login_passkey_options'].path)
  @HttpCode(ROUTES['auth.login_passkey_options'].status)
  async passkeyOptions(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PasskeyRequest> {
    const browser = browserOf(request.headers.cookie) ?? newBrowser();
    const options = await this.signIn.askAnybody(browser, this.pages.own(request));
    reply.header('set-cookie', browserCookie(browser, this.pages.isSecure(request)));
    return options;
  }

  @Public()
  @Post(ROUTES['auth.login_passkey'].path)
  @HttpCode(ROUTES['auth.login_passkey'].status)
  async passkey(
    @Body(shaped(LoginPasskey)) { passkey }: LoginPasskey,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AuthResult> {
    const browser = browserOf(request.headers.cookie);
    if (browser === undefined) throw new AppError('auth.factor_wrong');
    const result = await this.signIn.withPasskey(passkey, browser, this.pages.own(request), deviceOf(request));
    return this.welcome(result, request, reply);
  }

  @DuringSetup()
  @Post(ROUTES['auth.fresh_options'].path)
  @HttpCode(ROUTES['auth.fresh_options'].status)
  freshOptions(@Who() who: Identity, @Req() request: FastifyRequest): Promise<PasskeyRequest> {
    return this.freshness.ask(who, this.pages.own(request));
  }

  @DuringSetup()
  @Post(ROUTES['auth.fresh'].path)
  @HttpCode(ROUTES['auth.fresh'].status)
  fresh(
    @Who() who: Identity,
    @Body(shaped(ProveFresh)) proof: ProveFresh,
    @Req() request: FastifyRequest,
  ): Promise<Fresh> {
    return this.freshness.prove(who, proof, this.pages.any(request), fromOf(request));
  }

  private welcome(result: AuthResult, request: FastifyRequest, reply: FastifyReply): AuthResult {
    reply.header('set-cookie', sessionCookies(result, this.pages.isSecure(request)));
    return result;
  }
}
