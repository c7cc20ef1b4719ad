import { BackchannelLogout, type GoTo, PathId, type ProviderLogout, ROUTES, StartOidc } from '@chatbox/contracts';
import { Body, Controller, Delete, Get, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../common/app-error.ts';
import { type From, fromOf, Origin } from '../../common/audit-log.ts';
import { Fresh, type Identity, Public, Who } from '../../common/identity.ts';
import { Logger } from '../../common/logger.ts';
import { shaped } from '../../common/zod.pipe.ts';
import { arrivalOf, deviceOf, isEncrypted } from '../arrival.ts';
import { noCookies, sessionCookies } from '../cookies.ts';
import { Identities } from '../identities.ts';
import { RequestOrigin } from '../request-origin.ts';
import { Sessions } from '../sessions.ts';
import { bindingCookie, boundToken, noBindingCookie } from './browser-cookie.ts';
import { OidcSignIn } from './oidc-sign-in.ts';
import { OwnAddress } from './own-address.ts';
import type { Purpose } from './pending-logins.ts';
import { ProviderLogouts } from './provider-logouts.ts';

const AFTER_CONNECTING = '/settings';

@Controller()
export class OidcController {
  constructor(
    private readonly signIn: OidcSignIn,
    private readonly logouts: ProviderLogouts,
    private readonly address: OwnAddress,
    private readonly identities: Identities,
    private readonly sessions: Sessions,
    private readonly origins: RequestOrigin,
    private readonly logger: Logger,
  ) {}

  @Public()
  @Post(ROUTES['oidc.start'].path)
  @HttpCode(ROUTES['oidc.start'].status)
  start(
    @Body(shaped(StartOidc)) { next = '/', invitation }: StartOidc,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<GoTo> {
    return this.begin({ next, invitation, sessionId: null }, request, reply);
  }

  @Fresh()
  @Post(ROUTES['oidc.link'].path)
  @HttpCode(ROUTES['oidc.link'].status)
  link(
    @Who() { sessionId }: Identity,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<GoTo> {
    return this.begin({ next: AFTER_CONNECTING, invitation: undefined, sessionId }, request, reply);
  }

  /** A person looks at what this answers, so that every end is a page. */
  @Public()
  @Get(ROUTES['oidc.callback'].path)
  @HttpCode(ROUTES['oidc.callback'].status)
  async callback(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    const query = new URLSearchParams(request.url.split('?', 2)[1]);
    const state = query.get('state') ?? '';
    const secure = this.isSecure(request);
    try {
      const token = boundToken(request.headers.cookie, state);
      const { result, next } = await this.signIn.finish(query, token, deviceOf(request));
      reply.header('set-cookie', [
        noBindingCookie(state, secure),
        ...(result === null ? [] : sessionCookies(result, secure)),
      ]);
      reply.header('location', this.address.page(next).href);
    } catch (error) {
      const code = error instanceof AppError ? error.code : 'internal';
      if (code === 'internal')
        this.logger.error({ requestId: request.id, err: error }, 'a sign-in could not be finished');
      reply.header('location', this.loginPage(code, error).href);
    }
  }

  @Fresh()
  @Delete(ROUTES['oidc.unlink'].path)
  @HttpCode(ROUTES['oidc.unlink'].status)
  async unlink(@Who() who: Identity, @Param('id', shaped(PathId)) id: string, @Origin() from: From): Promise<void> {
    await this.identities.unlink(who, id, from);
  }

  @Post(ROUTES['oidc.logout'].path)
  @HttpCode(ROUTES['oidc.logout'].status)
  async logout(
    @Who() who: Identity,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ProviderLogout> {
    const url = await this.signIn.farewell(who);
    await this.sessions.end(who, who.sessionId, 'logout', fromOf(request));
    reply.header('set-cookie', noCookies(this.isSecure(request)));
    return { url };
  }

  /** The provider asks, and no browser. */
  @Public()
  @Post(ROUTES['oidc.backchannel_logout'].path)
  @HttpCode(ROUTES['oidc.backchannel_logout'].status)
  async endByProvider(
    @Body(shaped(BackchannelLogout)) { logout_token }: BackchannelLogout,
    @Origin() from: From,
  ): Promise<void> {
    await this.logouts.end(logout_token, from);
  }

  private async begin(purpose: Purpose, request: FastifyRequest, reply: FastifyReply): Promise<GoTo> {
    const { url, state, browserToken } = await this.signIn.begin(purpose);
    reply.header('set-cookie', bindingCookie(state, browserToken, this.isSecure(request)));
    return { url };
  }

  /** What the second step goes on with is a secret: in the fragment, which stays in the browser. */
  private loginPage(code: string, error: unknown): URL {
    const page = this.address.page(`/login?error=${code}`);
    const { challenge, kinds } = (error instanceof AppError && error.next) || {};
    if (challenge !== undefined)
      page.hash = new URLSearchParams({ challenge, kinds: kinds?.join(',') ?? '' }).toString();
    return page;
  }

  private isSecure(request: FastifyRequest): boolean {
    return this.origins.isSecure(arrivalOf(request), isEncrypted(request));
  }
}
