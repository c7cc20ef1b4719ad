import { Injectable } from '@nestjs/common';
import { AppError } from '../../common/app-error.ts';
import type { Identity } from '../../common/identity.ts';
import { Authenticator } from '../authenticator.ts';
import { allows } from './allows.ts';

/** Asks who holds a token, and whether that one may do something. For whoever has a token and no request. */
@Injectable()
export class Rights {
  constructor(private readonly authenticator: Authenticator) {}

  /** Throws `auth.required` or `auth.token_expired`. */
  authenticate(token: string): Promise<Identity> {
    return this.authenticator.authenticate({ token });
  }

  /** The identity that may. Throws the same, and `auth.forbidden`, also for what the table does not know. */
  async authorize(token: string, resource: string, action: string): Promise<Identity> {
    const who = await this.authenticate(token);
    if (!allows(who, resource, action)) throw new AppError('auth.forbidden');
    return who;
  }
}
