import { z } from 'zod';
import { Id, Text, Timestamp } from './common.ts';

/** What somebody can prove a sign-in with besides a password; the names are the fields that carry the proof. */
export const FACTOR_KINDS = ['totp', 'passkey', 'recoveryCode'] as const;
export const FactorKind = z.enum(FACTOR_KINDS);
export type FactorKind = z.infer<typeof FactorKind>;

/** RFC 6238: six digits. Spaces are how some apps show them. */
export const TotpCode = Text.max(20)
  .transform((code) => code.replace(/\s/g, ''))
  .pipe(z.string().regex(/^\d{6}$/, 'must be six digits'));
export const RecoveryCode = Text.max(60).transform((code) => code.replace(/[\s-]/g, '').toUpperCase());

/** WebAuthn Level 3 §5.1: bytes travel as base64url. */
const Bytes = (most: number) =>
  z
    .string()
    .min(1)
    .max(most)
    .regex(/^[\w-]+$/, 'must be base64url');
const CredentialId = Bytes(1400);
const PublicKeyType = z.literal('public-key');
const Attachment = z.enum(['platform', 'cross-platform']);
const Transports = z.array(z.string().max(30)).max(10);
const Extensions = z.record(z.string().max(60), z.unknown());
const Descriptor = z.object({ id: z.string(), type: PublicKeyType, transports: z.array(z.string()).optional() });

/** `RegistrationResponseJSON`: what a browser says after `navigator.credentials.create`. */
export const PasskeyAttestation = z.object({
  id: CredentialId,
  rawId: CredentialId,
  type: PublicKeyType,
  authenticatorAttachment: Attachment.nullish(),
  clientExtensionResults: Extensions.default({}),
  response: z.object({
    clientDataJSON: Bytes(8000),
    attestationObject: Bytes(60_000),
    transports: Transports.optional(),
  }),
});
export type PasskeyAttestation = z.infer<typeof PasskeyAttestation>;

/** `AuthenticationResponseJSON`: what a browser says after `navigator.credentials.get`. */
export const PasskeyAssertion = z.object({
  id: CredentialId,
  rawId: CredentialId,
  type: PublicKeyType,
  authenticatorAttachment: Attachment.nullish(),
  clientExtensionResults: Extensions.default({}),
  response: z.object({
    clientDataJSON: Bytes(8000),
    authenticatorData: Bytes(8000),
    signature: Bytes(8000),
    userHandle: Bytes(200).nullish(),
  }),
});
export type PasskeyAssertion = z.infer<typeof PasskeyAssertion>;

const PasskeyName = Text.trim().min(1).max(100);

/** For `navigator.credentials.create`, as `PublicKeyCredential.parseCreationOptionsFromJSON` reads it. */
export const PasskeyCreation = z.object({
  challenge: z.string(),
  rp: z.object({ id: z.string().optional(), name: z.string() }),
  user: z.object({ id: z.string(), name: z.string(), displayName: z.string() }),
  pubKeyCredParams: z.array(z.object({ type: PublicKeyType, alg: z.int() })),
  timeout: z.int().optional().describe('Milliseconds'),
  attestation: z.enum(['none', 'indirect', 'direct', 'enterprise']).optional(),
  excludeCredentials: z.array(Descriptor).optional(),
  authenticatorSelection: z
    .object({
      authenticatorAttachment: Attachment.optional(),
      residentKey: z.enum(['discouraged', 'preferred', 'required']).optional(),
      requireResidentKey: z.boolean().optional(),
      userVerification: z.enum(['discouraged', 'preferred', 'required']).optional(),
    })
    .optional(),
});
export type PasskeyCreation = z.infer<typeof PasskeyCreation>;

/** For `navigator.credentials.get`, as `PublicKeyCredential.parseRequestOptionsFromJSON` reads it. */
export const PasskeyRequest = z.object({
  challenge: z.string(),
  rpId: z.string().optional(),
  timeout: z.int().optional().describe('Milliseconds'),
  allowCredentials: z.array(Descriptor).optional().describe('None: whichever passkey the browser has for this site'),
  userVerification: z.enum(['discouraged', 'preferred', 'required']).optional(),
});
export type PasskeyRequest = z.infer<typeof PasskeyRequest>;

export const Passkey = z.object({
  id: Id,
  name: z.string(),
  createdAt: Timestamp,
  lastUsedAt: Timestamp.nullable(),
  synced: z.boolean().describe('Kept by a password manager or an account, not only on one device'),
  usableHere: z.boolean().describe('Made at the address this request came from'),
});
export type Passkey = z.infer<typeof Passkey>;

/** The own second factors. */
export const Factors = z.object({
  required: z.boolean().describe('The own role may not do without one'),
  totp: z.object({ addedAt: Timestamp, lastUsedAt: Timestamp.nullable() }).nullable(),
  passkeys: z.array(Passkey),
  recoveryCodesLeft: z.int(),
});
export type Factors = z.infer<typeof Factors>;

export const TotpEnrolment = z.object({
  secret: z.string().describe('Base32, for who cannot scan the picture'),
  uri: z.string().describe('otpauth://totp/…'),
  qr: z.string().describe('The same as a picture: data:image/svg+xml;base64,…'),
  expiresAt: Timestamp.describe('Until when it can be confirmed'),
});
export type TotpEnrolment = z.infer<typeof TotpEnrolment>;

export const ConfirmTotp = z.strictObject({ totp: TotpCode });
export type ConfirmTotp = z.infer<typeof ConfirmTotp>;

/** Ten, shown once; each is good for one sign-in. */
export const RecoveryCodes = z.object({ recoveryCodes: z.array(z.string()) });
export type RecoveryCodes = z.infer<typeof RecoveryCodes>;

const recoveryCodes = z
  .array(z.string())
  .nullable()
  .describe('With the first factor: ten recovery codes, shown once; null when there are some already');
export const TotpAdded = z.object({ recoveryCodes });
export type TotpAdded = z.infer<typeof TotpAdded>;

export const AddPasskey = z.strictObject({ name: PasskeyName.default('Passkey'), passkey: PasskeyAttestation });
export type AddPasskey = z.infer<typeof AddPasskey>;
export const PasskeyAdded = z.object({ passkey: Passkey, recoveryCodes });
export type PasskeyAdded = z.infer<typeof PasskeyAdded>;
export const RenamePasskey = z.strictObject({ name: PasskeyName });
export type RenamePasskey = z.infer<typeof RenamePasskey>;

const Challenge = z.string().min(1).max(100).describe('From the problem `auth.factor_required`');
export const LoginFactorOptions = z.strictObject({ challenge: Challenge });
export type LoginFactorOptions = z.infer<typeof LoginFactorOptions>;

const isOne = (proof: object): boolean => Object.values(proof).filter((value) => value !== undefined).length === 1;

/** The second step of a sign-in. */
export const LoginFactor = z
  .strictObject({
    challenge: Challenge,
    totp: TotpCode.optional(),
    recoveryCode: RecoveryCode.optional(),
    passkey: PasskeyAssertion.optional(),
  })
  .refine(({ challenge: _, ...proof }) => isOne(proof), 'exactly one of totp, recoveryCode and passkey is needed');
export type LoginFactor = z.infer<typeof LoginFactor>;

/** A sign-in with nothing but a passkey. */
export const LoginPasskey = z.strictObject({ passkey: PasskeyAssertion });
export type LoginPasskey = z.infer<typeof LoginPasskey>;

/** Proves once more that it is still the same person in front of the screen. */
export const ProveFresh = z
  .strictObject({
    password: Text.max(1024)
      .transform((password) => password.normalize('NFC'))
      .optional(),
    totp: TotpCode.optional(),
    passkey: PasskeyAssertion.optional(),
  })
  .refine(isOne, 'exactly one of password, totp and passkey is needed');
export type ProveFresh = z.infer<typeof ProveFresh>;
export const Fresh = z.object({ freshUntil: Timestamp.describe('Sensitive changes are possible until then') });
export type Fresh = z.infer<typeof Fresh>;
