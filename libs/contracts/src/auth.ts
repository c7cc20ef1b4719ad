import { z } from 'zod';
import { Id, Text, Timestamp } from './common.ts';
import { SignInWay } from './oidc.ts';

export const ROLES = ['owner', 'admin', 'member', 'viewer'] as const;
export const Role = z.enum(ROLES);
export type Role = z.infer<typeof Role>;

export const Email = Text.max(320)
  .transform((email) => email.trim().toLowerCase())
  .pipe(z.email());

/** ASVS 5.0 6.2: at least 8, at least 64 allowed, no composition rules, no truncation. NFC so that two keyboards agree. */
export const Password = Text.min(8)
  .max(1024)
  .transform((password) => password.normalize('NFC'));

const PersonName = Text.trim().min(1).max(100);

export const Register = z.strictObject({
  email: Email,
  password: Password,
  name: PersonName.optional(),
  invitation: z.string().max(200).optional().describe('Token of an invitation, where registration is by invitation'),
});
export type Register = z.infer<typeof Register>;

export const Login = z.strictObject({ email: Email, password: Text.max(1024).transform((p) => p.normalize('NFC')) });
export type Login = z.infer<typeof Login>;

export const Refresh = z.strictObject({
  refreshToken: z.string().max(200).optional().describe('Programs only; browsers send it as a cookie'),
});
export type Refresh = z.infer<typeof Refresh>;

export const User = z.object({
  id: Id,
  email: z.string(),
  name: z.string().nullable(),
  role: Role,
  createdAt: Timestamp,
});
export type User = z.infer<typeof User>;

export const Session = z.object({
  id: Id,
  createdAt: Timestamp,
  lastUsedAt: Timestamp,
  expiresAt: Timestamp,
  userAgent: z.string().nullable(),
  address: z.string().nullable(),
  current: z.boolean(),
});
export type Session = z.infer<typeof Session>;

export const AuthResult = z.object({
  user: User,
  accessToken: z.string(),
  expiresIn: z.int().describe('Seconds until the access token expires'),
  refreshToken: z.string(),
  session: Session,
});
export type AuthResult = z.infer<typeof AuthResult>;

export const UpdateProfile = z.strictObject({ name: PersonName.nullable().optional() });
export type UpdateProfile = z.infer<typeof UpdateProfile>;

/** What the access token carries. */
export const AccessClaims = z.object({ userId: Id, email: z.string(), role: Role, session: Id });
export type AccessClaims = z.infer<typeof AccessClaims>;

/** `approval`: everybody may register, and waits until somebody of the administration lets them in. */
export const REGISTRATION_MODES = ['open', 'approval', 'invitation', 'closed'] as const;
export const RegistrationMode = z.enum(REGISTRATION_MODES);
export type RegistrationMode = z.infer<typeof RegistrationMode>;

/** What the sign-in page needs to know before anybody is signed in. */
export const Setup = z.object({
  needsOwner: z.boolean().describe('No account exists yet: the first one becomes the owner'),
  registration: RegistrationMode,
  signIn: z.array(SignInWay).describe('Ways to sign in'),
  mail: z.boolean().describe('Mail is sent: a forgotten password can be reset without the owner'),
  version: z.string(),
});
export type Setup = z.infer<typeof Setup>;

export const Settings = z.object({
  registration: RegistrationMode,
  defaultModel: z.string().nullable(),
  factorRequiredFor: z.array(Role).describe('Roles that need a second factor'),
});
export type Settings = z.infer<typeof Settings>;
export const UpdateSettings = z.strictObject({
  registration: RegistrationMode.optional(),
  defaultModel: z.string().max(300).nullable().optional(),
  factorRequiredFor: z
    .array(Role)
    .max(ROLES.length)
    .transform((roles) => [...new Set(roles)])
    .optional(),
});
export type UpdateSettings = z.infer<typeof UpdateSettings>;

export const CreateInvitation = z.strictObject({
  email: Email.optional(),
  role: Role.exclude(['owner']).default('member'),
});
export type CreateInvitation = z.infer<typeof CreateInvitation>;
export const Invitation = z.object({
  id: Id,
  email: z.string().nullable(),
  role: Role,
  expiresAt: Timestamp,
  usedAt: Timestamp.nullable(),
  token: z.string().optional().describe('Shown once, in the answer to the creation'),
});
export type Invitation = z.infer<typeof Invitation>;
