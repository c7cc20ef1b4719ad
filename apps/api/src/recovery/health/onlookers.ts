import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Authenticator } from '../../auth/authenticator.ts';
import { allows } from '../../auth/rights/allows.ts';

/** Who looks at the health of this process: anybody may, and administrators see more. */
@Injectable()
export class Onlookers {
  constructor(private readonly authenticator: Authenticator) {}

  /** Never throws: who cannot be recognised, for instance because the database is away, is a stranger. */
  async maySeeDetails({ headers, ip }: FastifyRequest): Promise<boolean> {
    const token = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
    if (token === undefined && headers.cookie === undefined) return false;
    const credentials = { token, cookieHeader: headers.cookie, address: ip };
    return this.authenticator.authenticate(credentials).then(
      (who) => allows(who, 'alerts', 'read'),
      () => false,
    );
  }
}
