import type { AccountState } from '@chatbox/contracts';
import { Injectable } from '@nestjs/common';
import type { Identity } from '../../common/identity.ts';
import { Identities } from '../identities.ts';
import { Credentials } from './credentials.ts';
import { FailedSignIns } from './failed-sign-ins.ts';
import { Links } from './links.ts';

@Injectable()
export class AccountReader {
  constructor(
    private readonly credentials: Credentials,
    private readonly links: Links,
    private readonly identities: Identities,
    private readonly failedSignIns: FailedSignIns,
  ) {}

  async state(who: Identity): Promise<AccountState> {
    const { userId } = who;
    const [{ passwordHash, emailVerifiedAt }, pendingEmail, identities, failedSignIns] = await Promise.all([
      this.credentials.read(userId),
      this.links.pendingEmail(userId),
      this.identities.list(userId),
      this.failedSignIns.latest(who),
    ]);
    return {
      emailVerified: emailVerifiedAt !== null,
      pendingEmail,
      hasPassword: passwordHash !== null,
      identities: identities.map(({ id, issuer, email, linkedAt }) => ({
        id,
        issuer,
        email,
        linkedAt: linkedAt.toISOString(),
      })),
      failedSignIns,
    };
  }
}
