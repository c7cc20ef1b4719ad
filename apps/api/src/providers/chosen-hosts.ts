import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { AppError } from '../common/app-error.ts';
import type { Reach } from '../common/egress/address.ts';
import { Egress } from '../common/egress/egress.ts';
import { Config } from '../config/config.ts';

/** The longest answer of a model is far shorter; a list of models too. */
const MOST_BYTES = 64 * 1024 * 1024;

const REACH: Record<Config['ALLOW_PRIVATE_PROVIDERS'], Reach> = { no: 'public', loopback: 'loopback', yes: 'private' };

/**
 * The way to hosts that a person entered in the settings. What the environment names and what is found on this machine is the choice
 * of whoever runs the service, and does not go through here.
 */
@Injectable()
export class ChosenHosts implements OnApplicationShutdown {
  private readonly egress: Egress;

  constructor(config: Config) {
    this.egress = new Egress({ reach: REACH[config.ALLOW_PRIVATE_PROVIDERS], mostBytes: MOST_BYTES });
  }

  get fetch(): typeof globalThis.fetch {
    return this.egress.fetch;
  }

  /** Throws request.invalid for an address that is out of reach as it is written. Names are checked at every use. */
  check(baseUrl: string | null | undefined): void {
    const what = baseUrl ? this.egress.refusal(baseUrl) : null;
    if (what === null) return;
    const message = `is ${what}, which ALLOW_PRIVATE_PROVIDERS does not allow`;
    throw new AppError('request.invalid', { issues: [{ path: 'baseUrl', message }] });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.egress.close();
  }
}
