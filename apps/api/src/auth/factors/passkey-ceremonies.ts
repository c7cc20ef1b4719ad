import type { PasskeyAssertion, PasskeyAttestation, PasskeyCreation, PasskeyRequest } from '@chatbox/contracts';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { z } from 'zod';
import { AppError } from '../../common/app-error.ts';
import type { Identity } from '../../common/identity.ts';
import type { OwnPage } from '../request-origin.ts';
import { CEREMONY_MINUTES, type Ceremony, PasskeyChallenges } from './passkey-challenges.ts';
import { type KeptPasskey, type NewPasskey, Passkeys } from './passkeys.ts';

const RP_NAME = 'Chatbox';
/** The person is asked for a fingerprint, face or PIN, so that a stolen device is not enough. */
const USER_VERIFICATION = 'required';
const TIMEOUT_MILLISECONDS = CEREMONY_MINUTES * 60_000;

/** Loaded when first needed: a tenth of a second and 17 MB, for a start in which nobody shows a passkey. */
const webauthn = () => import('@simplewebauthn/server');

const ClientData = z.object({ challenge: z.string() });

/** WebAuthn Level 3 §7: what an authenticator is asked, and whether its answer holds. */
@Injectable()
export class PasskeyCeremonies {
  constructor(
    private readonly challenges: PasskeyChallenges,
    private readonly passkeys: Passkeys,
  ) {}

  async askForNew(who: Identity, name: string | null, page: OwnPage): Promise<PasskeyCreation> {
    const known = await this.passkeys.list(who.userId);
    const { generateRegistrationOptions } = await webauthn();
    const options = await generateRegistrationOptions({
      rpName: RP_NAME,
      rpID: page.hostname,
      userID: userHandle(who.userId),
      userName: who.email,
      userDisplayName: name ?? who.email,
      challenge: await this.challenges.give({ register: who.sessionId }),
      timeout: TIMEOUT_MILLISECONDS,
      excludeCredentials: known.filter(({ rpId }) => rpId === page.hostname).map(descriptor),
      authenticatorSelection: { residentKey: 'required', userVerification: USER_VERIFICATION },
    });
    return options as PasskeyCreation;
  }

  /** Throws `factor.passkey_invalid`. */
  async readNew(who: Identity, answer: PasskeyAttestation, name: string, page: OwnPage): Promise<NewPasskey> {
    const challenge = challengeIn(answer.response.clientDataJSON);
    if (challenge === null || !(await this.challenges.take({ register: who.sessionId }, challenge)))
      throw new AppError('factor.passkey_invalid');
    const { verifyRegistrationResponse } = await webauthn();
    const { registrationInfo } = await verifyRegistrationResponse({
      response: plain(answer),
      expectedChallenge: challenge,
      expectedOrigin: page.origin,
      expectedRPID: page.hostname,
      requireUserVerification: true,
    }).catch((cause: unknown) => {
      throw new AppError('factor.passkey_invalid', { cause });
    });
    if (!registrationInfo) throw new AppError('factor.passkey_invalid');
    const { credential, credentialBackedUp } = registrationInfo;
    return {
      credentialId: credential.id,
      rpId: page.hostname,
      publicKey: Buffer.from(credential.publicKey),
      counter: credential.counter,
      transports: answer.response.transports ?? [],
      synced: credentialBackedUp,
      name,
    };
  }

  /** For one of the account's passkeys or, without an account, for whichever the browser has. */
  async ask(ceremony: Ceremony, accountId: string | null, page: OwnPage): Promise<PasskeyRequest> {
    const known = accountId === null ? [] : await this.passkeys.list(accountId);
    const usable = known.filter(({ rpId }) => rpId === page.hostname);
    const { generateAuthenticationOptions } = await webauthn();
    const options = await generateAuthenticationOptions({
      rpID: page.hostname,
      challenge: await this.challenges.give(ceremony),
      timeout: TIMEOUT_MILLISECONDS,
      userVerification: USER_VERIFICATION,
      ...(accountId === null ? {} : { allowCredentials: usable.map(descriptor) }),
    });
    return options as PasskeyRequest;
  }

  /** Whose passkey answered, and with which counter; null when the answer does not hold. The challenge is used up either way. */
  async read(ceremony: Ceremony, answer: PasskeyAssertion, page: OwnPage): Promise<Proven | null> {
    const challenge = challengeIn(answer.response.clientDataJSON);
    if (challenge === null || !(await this.challenges.take(ceremony, challenge))) return null;
    const passkey = await this.passkeys.find(answer.id);
    if (!passkey || passkey.rpId !== page.hostname || !isOwnedBy(answer, passkey.accountId)) return null;
    const { verifyAuthenticationResponse } = await webauthn();
    const verified = await verifyAuthenticationResponse({
      response: plain(answer),
      expectedChallenge: challenge,
      expectedOrigin: page.origin,
      expectedRPID: passkey.rpId,
      credential: { id: passkey.credentialId, publicKey: passkey.publicKey, counter: passkey.counter },
      requireUserVerification: true,
      // Whatever the library objects to, the answer is the person's, and it does not hold.
    }).catch(() => null);
    return verified?.verified ? { passkey, counter: verified.authenticationInfo.newCounter } : null;
  }

  /** Whether it is the first answer with this counter. */
  spend(manager: EntityManager, { passkey, counter }: Proven): Promise<boolean> {
    return this.passkeys.spend(manager, passkey.id, counter);
  }
}

export interface Proven {
  readonly passkey: KeptPasskey;
  readonly counter: number;
}

const descriptor = ({ credentialId, transports }: KeptPasskey) => ({ id: credentialId, transports });

/** The account's id as bytes: it says nothing about the person (WebAuthn Level 3 §14.6.1). */
const userHandle = (accountId: string): Uint8Array<ArrayBuffer> => Buffer.from(accountId.replaceAll('-', ''), 'hex');

/** Authenticators may leave it out where we named the credentials. */
const isOwnedBy = ({ response: { userHandle: handle } }: PasskeyAssertion, accountId: string): boolean =>
  handle == null || Buffer.from(handle, 'base64url').equals(userHandle(accountId));

const challengeIn = (clientDataJSON: string): string | null => {
  try {
    return ClientData.parse(JSON.parse(Buffer.from(clientDataJSON, 'base64url').toString('utf8'))).challenge;
  } catch {
    return null;
  }
};

/** Without the fields that are null or not given: for the library they are there or they are not. */
const plain = <T extends object>(answer: T): Plain<T> =>
  JSON.parse(JSON.stringify(answer, (_, value) => value ?? undefined));
type Plain<T> = T extends (infer E)[]
  ? Plain<E>[]
  : T extends object
    ? { [K in keyof T as undefined extends T[K] ? never : null extends T[K] ? never : K]: Plain<T[K]> } & {
        [K in keyof T as undefined extends T[K] ? K : null extends T[K] ? K : never]?: Plain<NonNullable<T[K]>>;
      }
    : T;
