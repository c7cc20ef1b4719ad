import { Module } from '@nestjs/common';
import { AuthModule } from '../auth.module.ts';
import { LifecycleModule } from '../lifecycle/lifecycle.module.ts';
import { IdTokens } from './id-tokens.ts';
import { Issuer } from './issuer.ts';
import { OidcController } from './oidc.controller.ts';
import { OidcEntry } from './oidc-entry.ts';
import { OidcSignIn } from './oidc-sign-in.ts';
import { OwnAddress } from './own-address.ts';
import { PendingLogins } from './pending-logins.ts';

/** Sign-in through a provider that speaks OpenID Connect. */
@Module({
  imports: [AuthModule, LifecycleModule],
  controllers: [OidcController],
  providers: [IdTokens, Issuer, OidcEntry, OidcSignIn, OwnAddress, PendingLogins],
})
export class OidcModule {}
