import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { AppError } from '../../common/app-error.ts';
import { arrivalOf, isEncrypted } from '../arrival.ts';
import { type OwnPage, RequestOrigin } from '../request-origin.ts';

/** Where a request stands, for passkeys: they belong to the name in the address bar. */
@Injectable()
export class PageOf {
  constructor(private readonly origins: RequestOrigin) {}

  /** null for a program, a friend's page, and another name than the one of PUBLIC_URL. */
  any(request: FastifyRequest): OwnPage | null {
    return this.origins.ownPage(arrivalOf(request));
  }

  /** Throws `factor.passkey_address`. */
  own(request: FastifyRequest): OwnPage {
    const page = this.any(request);
    if (page === null) throw new AppError('factor.passkey_address');
    return page;
  }

  hostname(request: FastifyRequest): string {
    return this.origins.hostname(arrivalOf(request)) ?? '';
  }

  isSecure(request: FastifyRequest): boolean {
    return this.origins.isSecure(arrivalOf(request), isEncrypted(request));
  }
}
