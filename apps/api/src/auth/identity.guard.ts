import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { AppError } from '../common/app-error.ts';
import type { Identity } from '../common/identity.ts';
import { Refusals } from '../limits/refusals.ts';
import { arrivalOf } from './arrival.ts';
import { Authenticator } from './authenticator.ts';
import { KEY_INSIDE } from './keys/key-text.ts';
import { RequestOrigin } from './request-origin.ts';
import { allows } from './rights/allows.ts';
import { RouteMarks } from './route-marks.ts';

/** What other services call the header that carries a key; it means the same as `Authorization: Bearer`. */
const KEY_HEADERS = ['x-api-key', 'api-key'] as const;
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Global, and closed unless the route says `@Public()`: a route that is forgotten here is a route that nobody can call. */
@Injectable()
export class IdentityGuard implements CanActivate {
  constructor(
    private readonly marks: RouteMarks,
    private readonly authenticator: Authenticator,
    private readonly origins: RequestOrigin,
    private readonly refusals: Refusals,
  ) {}

  canActivate(context: ExecutionContext): Promise<boolean> {
    return this.admit(context).catch((refusal: unknown) => this.refusals.count(context, refusal));
  }

  private async admit(context: ExecutionContext): Promise<boolean> {
    // A socket is authenticated at its handshake, and its frames pass no guard. Whatever else comes this way is not known.
    if (context.getType() !== 'http') return false;
    const request = context.switchToHttp().getRequest<FastifyRequest & { identity?: Identity }>();
    const marks = this.marks.of(context);
    const token = presentedBy(request);
    if (token === undefined) this.refuseForeign(request);
    if (marks.isPublic) return true;
    const credentials = { token, cookieHeader: request.headers.cookie, address: request.ip };
    const identity = marks.isDuringSetup
      ? await this.authenticator.recognise(credentials)
      : await this.authenticator.authenticate(credentials);
    request.identity = identity;
    const { right } = marks;
    if (right ? !allows(identity, right.resource, right.action) : identity.key) throw new AppError('auth.forbidden');
    // A key shows nothing: it was made by somebody who did, for what it is scoped to.
    if (marks.isFresh && !identity.key) await this.authenticator.demandFresh(identity);
    return true;
  }

  /** Only what a browser attaches by itself can be abused from another site; a bearer token never is. */
  private refuseForeign(request: FastifyRequest): void {
    if (SAFE_METHODS.has(request.method)) return;
    if (this.origins.vouched(arrivalOf(request)) === false) throw new AppError('auth.csrf');
  }
}

/** Throws `auth.key_in_url`, and `auth.key_ambiguous` where two headers bring different keys. */
const presentedBy = ({ url, headers }: FastifyRequest): string | undefined => {
  if (KEY_INSIDE.test(url) || (url.includes('%') && KEY_INSIDE.test(decoded(url))))
    throw new AppError('auth.key_in_url');
  const brought = [bearerOf(headers.authorization), ...KEY_HEADERS.map((name) => headers[name])].filter(
    (value) => value !== undefined,
  );
  const [token] = brought;
  if (brought.some((value) => value !== token)) throw new AppError('auth.key_ambiguous');
  // A header that comes twice is a list.
  return typeof token === 'string' ? token : undefined;
};

const decoded = (url: string): string => {
  try {
    return decodeURIComponent(url);
  } catch {
    return url;
  }
};

/** RFC 6750 2.1. Another scheme is somebody else's, for instance that of a proxy in front. */
const bearerOf = (authorization: string | undefined): string | undefined =>
  authorization === undefined ? undefined : /^Bearer +([\w.~+/-]+=*)$/i.exec(authorization)?.[1];
