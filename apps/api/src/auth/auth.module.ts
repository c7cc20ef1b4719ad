import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { CountsModule } from '../limits/counts.module.ts';
import { AccessTokens } from './access-token.ts';
import { AccountChanged } from './account-changed.ts';
import { Accounts } from './accounts.ts';
import { Admission } from './admission.ts';
import { AuditModule } from './audit/audit.module.ts';
import { AuthController } from './auth.controller.ts';
import { Authenticator } from './authenticator.ts';
import { Entry } from './entry.ts';
import { FACTOR_CONTROLLERS, FACTOR_PROVIDERS } from './factors/parts.ts';
import { SecondStep } from './factors/second-step.ts';
import { IdTokens } from './id-tokens.ts';
import { Identities } from './identities.ts';
import { IdentityGuard } from './identity.guard.ts';
import { InvitationsController } from './invitations.controller.ts';
import { Invitations } from './invitations.ts';
import { LiveKeysModule } from './keys/live-keys.module.ts';
import { LiveSessions } from './live-sessions.ts';
import { LoginAttempts } from './login-attempts.ts';
import { LoginTries } from './login-tries.ts';
import { MailModule } from './mail/mail.module.ts';
import { OpenConnections } from './open-connections.ts';
import { Passwords } from './passwords.ts';
import { RefreshTokens } from './refresh-tokens.ts';
import { Registration } from './registration.ts';
import { RequestOrigin } from './request-origin.ts';
import { Rights } from './rights/rights.ts';
import { RouteMarks } from './route-marks.ts';
import { SessionLifetime } from './session-lifetime.ts';
import { SessionsController } from './sessions.controller.ts';
import { Sessions } from './sessions.ts';
import { SettingsController } from './settings.controller.ts';
import { InstallationSettings } from './settings.ts';
import { SignIn } from './sign-in.ts';
import { Sweep } from './sweep.ts';

/** Identity: accounts, sessions, tokens, and the guard that closes every route. */
@Module({
  imports: [AuditModule, LiveKeysModule, CountsModule, MailModule],
  controllers: [AuthController, SessionsController, SettingsController, InvitationsController, ...FACTOR_CONTROLLERS],
  providers: [
    AccessTokens,
    AccountChanged,
    Accounts,
    Admission,
    Authenticator,
    Entry,
    IdTokens,
    Identities,
    InstallationSettings,
    Invitations,
    LiveSessions,
    LoginAttempts,
    LoginTries,
    OpenConnections,
    Passwords,
    RefreshTokens,
    Registration,
    RequestOrigin,
    Rights,
    RouteMarks,
    SessionLifetime,
    Sessions,
    SignIn,
    Sweep,
    ...FACTOR_PROVIDERS,
    { provide: APP_GUARD, useClass: IdentityGuard },
  ],
  exports: [
    AccountChanged,
    Accounts,
    Admission,
    Authenticator,
    Entry,
    IdTokens,
    Identities,
    InstallationSettings,
    LoginAttempts,
    Passwords,
    Registration,
    RequestOrigin,
    OpenConnections,
    Rights,
    SecondStep,
    Sessions,
  ],
})
export class AuthModule {}
