import { ROUTES } from '@chatbox/contracts';
import { Injectable } from '@nestjs/common';
import { AppError } from '../../common/app-error.ts';
import { Config } from '../../config/config.ts';

/** Where browsers are sent: the host comes from the configuration and never from a request. */
@Injectable()
export class OwnAddress {
  constructor(private readonly config: Config) {}

  get callback(): URL {
    return this.at(ROUTES['oidc.callback'].path);
  }

  get afterLogout(): URL {
    return this.at('/login');
  }

  /** A page of ours; a path that would lead anywhere else leads to the first page. */
  page(path: string): URL {
    const url = this.at(path);
    return url.origin === this.at('/').origin ? url : this.at('/');
  }

  private at(path: string): URL {
    if (this.config.PUBLIC_URL === undefined) throw new AppError('oidc.not_configured');
    return new URL(path, this.config.PUBLIC_URL);
  }
}
