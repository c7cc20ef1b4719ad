import type { Provider, Type } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Envelopes } from '../../common/envelope.ts';
import { Config } from '../../config/config.ts';
import { FactorChanges } from './factor-changes.ts';
import { FactorProofs } from './factor-proofs.ts';
import { FactorSignIn } from './factor-sign-in.ts';
import { FactorTries } from './factor-tries.ts';
import { FactorsController } from './factors.controller.ts';
import { Factors } from './factors.ts';
import { Freshness } from './freshness.ts';
import { LoginChallenges } from './login-challenges.ts';
import { PageOf } from './page-of.ts';
import { PasskeyCeremonies } from './passkey-ceremonies.ts';
import { PasskeyChallenges } from './passkey-challenges.ts';
import { Passkeys } from './passkeys.ts';
import { RecoveryCodes } from './recovery-codes.ts';
import { SecondStepController } from './second-step.controller.ts';
import { SecondStep } from './second-step.ts';
import { Totp } from './totp.ts';

/** Part of the auth module and not a module of its own: a sign-in needs them, and they open sessions. */
export const FACTOR_CONTROLLERS: Type[] = [FactorsController, SecondStepController];
export const FACTOR_PROVIDERS: Provider[] = [
  FactorChanges,
  FactorProofs,
  FactorSignIn,
  FactorTries,
  Factors,
  Freshness,
  LoginChallenges,
  PageOf,
  PasskeyCeremonies,
  PasskeyChallenges,
  Passkeys,
  RecoveryCodes,
  SecondStep,
  {
    provide: Totp,
    useFactory: (source: DataSource, config: Config) => new Totp(source, new Envelopes(config.MASTER_KEY)),
    inject: [DataSource, Config],
  },
];
