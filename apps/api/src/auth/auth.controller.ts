import { type AuthResult, Login, Refresh, Register, ROUTES, UpdateProfile, type User } from '@chatbox/contracts';
import { Body, Controller, Get, HttpCode, Patch, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../common/app-error.ts';
import { fromOf } from '../common/audit-log.ts';
import { Can, DuringSetup, type Identity, Public, Who } from '../common/identity.ts';
import { parse, shaped } from '../common/zod.pipe.ts';
import { AccountChanged } from './account-changed.ts';
import { Accounts, toUser } from './accounts.ts';
import { arrivalOf, deviceOf, isEncrypted } from './arrival.ts';
import { noCookies, refreshCookie, sessionCookies } from './cookies.ts';
import { Entry } from './entry.ts';
import { Registration } from './registration.ts';
import { RequestOrigin } from './request-origin.ts';
import { Sessions } from './sessions.ts';
import { SignIn } from './sign-in.ts';

@Controller()
export class AuthController {
  constructor(
    private readonly registration: Registration,
    private readonly signIn: SignIn,
    private readonly entry: Entry,
    private readonly sessions: Sessions,
    private readonly accounts: Accounts,
    private readonly changed: AccountChanged,
    private readonly origins: RequestOrigin,
  ) {}

  @Public()
  @Post(ROUTES['auth.register'].path)
  async register(
    @Body(shaped(Register)) draft: Register,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AuthResult> {
    return this.welcome(await this.registration.register(draft, deviceOf(request)), request, reply);
  }

  @Public()
  @Post(ROUTES['auth.login'].path)
  @HttpCode(ROUTES['auth.login'].status)
  async login(
    @Body(shaped(Login)) credentials: Login,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AuthResult> {
    return this.welcome(
      await this.signIn.login(credentials, deviceOf(request), this.origins.hostname(arrivalOf(request)) ?? ''),
      request,
      reply,
    );
  }

  @Public()
  @Post(ROUTES['auth.refresh'].path)
  @HttpCode(ROUTES['auth.refresh'].status)
  async refresh(
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AuthResult> {
    const { refreshToken } = parse(Refresh, body ?? {});
    const token = refreshToken ?? this.tokenOfBrowser(request);
    return this.welcome(await this.entry.resume(token, deviceOf(request)), request, reply);
  }

  @DuringSetup()
  @Post(ROUTES['auth.logout'].path)
  @HttpCode(ROUTES['auth.logout'].status)
  async logout(
    @Who() who: Identity,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    await this.sessions.end(who, who.sessionId, 'logout', fromOf(request));
    reply.header('set-cookie', noCookies(this.isSecure(request)));
  }

  @DuringSetup()
  @Can('profile', 'read')
  @Get(ROUTES['auth.me'].path)
  me(@Who() who: Identity): User {
    return toUser({ ...who, id: who.userId });
  }

  @Can('profile', 'write')
  @Patch(ROUTES['auth.update_me'].path)
  async updateMe(@Who() who: Identity, @Body(shaped(UpdateProfile)) { name }: UpdateProfile): Promise<User> {
    if (name !== undefined) {
      await this.accounts.rename(who, name);
      await this.changed.announce(who.userId);
    }
    return toUser(await this.accounts.own(who));
  }

  /** A cookie comes by itself, so here it is not enough that nothing speaks against the request. */
  private tokenOfBrowser(request: FastifyRequest): string {
    const token = refreshCookie(request.headers.cookie);
    if (token === undefined) throw new AppError('auth.refresh_invalid');
    if (this.origins.vouched(arrivalOf(request)) !== true) throw new AppError('auth.csrf');
    return token;
  }

  private welcome(result: AuthResult, request: FastifyRequest, reply: FastifyReply): AuthResult {
    reply.header('set-cookie', sessionCookies(result, this.isSecure(request)));
    return result;
  }

  private isSecure(request: FastifyRequest): boolean {
    return this.origins.isSecure(arrivalOf(request), isEncrypted(request));
  }
}
