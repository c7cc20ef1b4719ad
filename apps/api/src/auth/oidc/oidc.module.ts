import { Module } from '@nestjs/common';
import { AuthModule } from '../auth.module.ts';
import { LifecycleModule } from '../lifecycle/lifecycle.module.ts';
import { Issuer } from './issuer.ts';
import { LogoutTokens } from './logout-tokens.ts';
import { OidcController } from './oidc.controller.ts';
import { OidcEntry } from './oidc-entry.ts';
import { OidcSignIn } from './oidc-sign-in.ts';
import { OwnAddress } from './own-address.ts';
import { PendingLogins } from './pending-logins.ts';
import { ProviderLogouts } from './provider-logouts.ts';

/** Sign-in through a provider that speaks OpenID Connect. */
@Module({
  imports: [AuthModule, LifecycleModule],
  controllers: [OidcController],
  providers: [Issuer, LogoutTokens, OidcEntry, OidcSignIn, OwnAddress, PendingLogins, ProviderLogouts],
})
export class OidcModule {}
