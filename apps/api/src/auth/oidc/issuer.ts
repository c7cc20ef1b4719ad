import { Injectable } from '@nestjs/common';
import {
  allowInsecureRequests,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  type Configuration,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  None,
} from 'openid-client';
import { AppError } from '../../common/app-error.ts';
import { Config } from '../../config/config.ts';
import { issuerFetch } from './issuer-fetch.ts';

const BELIEVED_MILLISECONDS = 60 * 60 * 1000;
const PATIENCE_SECONDS = 10;

/** The provider of the configuration: what it says about itself is asked when first needed, and again every hour. */
@Injectable()
export class Issuer {
  private known: { configuration: Promise<Configuration>; until: number } | null = null;

  constructor(private readonly config: Config) {}

  /** Throws `oidc.not_configured` or `oidc.unavailable`. */
  async configuration(): Promise<Configuration> {
    const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId } = this.config;
    if (issuer === undefined || clientId === undefined) throw new AppError('oidc.not_configured');
    if (!this.known || performance.now() > this.known.until) this.known = this.ask(new URL(issuer), clientId);
    const { known } = this;
    try {
      return await known.configuration;
    } catch (cause) {
      if (this.known === known) this.known = null;
      throw new AppError('oidc.unavailable', { cause });
    }
  }

  private ask(issuer: URL, clientId: string): { configuration: Promise<Configuration>; until: number } {
    const configuration = discovery(issuer, clientId, undefined, authentication(this.config.OIDC_CLIENT_SECRET), {
      [customFetch]: issuerFetch,
      timeout: PATIENCE_SECONDS,
      // The ID token's signature is checked too, although it comes straight from the provider.
      execute: [enableNonRepudiationChecks, ...(issuer.protocol === 'http:' ? [allowInsecureRequests] : [])],
    });
    return { configuration, until: performance.now() + BELIEVED_MILLISECONDS };
  }
}

/** RFC 6749 2.3.1: Basic is what every server knows, unless it says that it does not. */
const authentication = (secret: string | undefined): ClientAuth => {
  if (secret === undefined) return None();
  const [basic, post] = [ClientSecretBasic(secret), ClientSecretPost(secret)];
  return (server, ...rest) => {
    const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    (methods.includes('client_secret_basic') ? basic : post)(server, ...rest);
  };
};
