import { z } from 'zod';

/** A path of our own pages. `//host` and `/\host` are other hosts to a browser (WHATWG URL 4.4). */
export const NextPath = z
  .string()
  .max(500)
  .regex(/^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/, 'must be a path that begins with one slash');

export const StartOidc = z.strictObject({
  next: NextPath.optional().describe('Page to come back to'),
  invitation: z.string().max(200).optional().describe('Token of an invitation, for a first sign-in'),
});
export type StartOidc = z.infer<typeof StartOidc>;

/** The page has to go there, at once: the answer also binds the attempt to this browser by a cookie. */
export const GoTo = z.object({ url: z.string() });
export type GoTo = z.infer<typeof GoTo>;

export const ProviderLogout = z.object({
  url: z.string().nullable().describe('Where to go to sign out at the provider too; null: nothing is left to do'),
});
export type ProviderLogout = z.infer<typeof ProviderLogout>;

/** OpenID Connect Back-Channel Logout 1.0, 2.5: a form with one field; others are ignored. */
export const BackchannelLogout = z.object({
  logout_token: z.string().max(20_000).describe('JWT that the provider has signed'),
});
export type BackchannelLogout = z.infer<typeof BackchannelLogout>;

export const SignInWay = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('password') }),
  z.object({ kind: z.literal('oidc'), name: z.string().describe('For the button: "Continue with …"') }),
]);
export type SignInWay = z.infer<typeof SignInWay>;
