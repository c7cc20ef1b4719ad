import { z } from 'zod';
import { Email, Login, Password } from './auth.ts';
import { Id, Timestamp } from './common.ts';

/** A password that somebody shows to prove who they are: no rule but the length, or nobody could get rid of a bad one. */
const ShownPassword = Login.shape.password;
const Proof = ShownPassword.optional().describe(
  'The own password. Left out by whoever has none (sign-in through a provider): then the session must be younger than 10 minutes',
);
const LinkToken = z
  .string()
  .min(1)
  .max(200)
  .describe('From the link; it comes in the fragment, which no server ever sees');

export const ChangePassword = z.strictObject({ currentPassword: Proof, newPassword: Password });
export type ChangePassword = z.infer<typeof ChangePassword>;

export const ForgotPassword = z.strictObject({ email: Email });
export type ForgotPassword = z.infer<typeof ForgotPassword>;

export const ResetPassword = z.strictObject({ token: LinkToken, password: Password });
export type ResetPassword = z.infer<typeof ResetPassword>;

export const VerifyEmail = z.strictObject({ token: LinkToken });
export type VerifyEmail = z.infer<typeof VerifyEmail>;
export const VerifiedEmail = z.object({
  email: z.string(),
  changed: z.boolean().describe('It replaced another address'),
});
export type VerifiedEmail = z.infer<typeof VerifiedEmail>;

export const ChangeEmail = z.strictObject({ email: Email, password: Proof });
export type ChangeEmail = z.infer<typeof ChangeEmail>;

export const DeleteAccount = z.strictObject({ password: Proof });
export type DeleteAccount = z.infer<typeof DeleteAccount>;

/** A link that resets a password once, for the owner to hand over. */
export const ResetLink = z.object({
  path: z.string().describe('Path and fragment of the page; it follows the address people use'),
  expiresAt: Timestamp,
});
export type ResetLink = z.infer<typeof ResetLink>;

/** How the person signs in, for the settings page. */
export const AccountState = z.object({
  emailVerified: z.boolean(),
  pendingEmail: z.string().nullable().describe('A new address that has not been verified yet'),
  hasPassword: z.boolean(),
  identities: z
    .array(z.object({ id: Id, issuer: z.string(), email: z.string().nullable(), linkedAt: Timestamp }))
    .describe('Accounts at providers that sign in here'),
  failedSignIns: z
    .array(
      z.object({
        at: Timestamp,
        address: z.string().nullable(),
        isNew: z.boolean().describe('Since the sign-in before the one of this session'),
      }),
    )
    .describe('Sign-ins with the own e-mail that did not succeed: the last ten within 30 days, the latest first'),
});
export type AccountState = z.infer<typeof AccountState>;

/** Everything that is kept about a person, in the order in which it is streamed. */
export const AccountExport = z.object({
  exportedAt: Timestamp,
  profile: z.record(z.string(), z.unknown()),
  sessions: z.array(z.record(z.string(), z.unknown())),
  identities: z.array(z.record(z.string(), z.unknown())),
  failedSignIns: z.array(z.record(z.string(), z.unknown())),
  conversations: z.array(z.record(z.string(), z.unknown())).describe('Deleted ones too, until they are purged'),
  messages: z.array(z.record(z.string(), z.unknown())).describe('Of all conversations; each names its own'),
  ledger: z.array(z.record(z.string(), z.unknown())).describe('What the answers used and cost'),
});
export type AccountExport = z.infer<typeof AccountExport>;
