import { z } from 'zod';
import { FactorKind } from './factors.ts';

/**
 * Every error a person, program or operator can meet. The code is stable: clients branch on it.
 * `http` is the status at the REST edge; `retry` says whether the same request may succeed later.
 */
export const ERRORS = {
  'request.invalid': { http: 400, retry: false, title: 'The request is not valid' },
  'request.too_large': { http: 413, retry: false, title: 'The request is too large' },
  'request.unsupported_media_type': { http: 415, retry: false, title: 'The body must be JSON' },
  'request.timeout': { http: 408, retry: true, title: 'The request took too long to arrive' },
  'route.not_found': { http: 404, retry: false, title: 'There is nothing at this address' },
  'route.method_not_allowed': { http: 405, retry: false, title: 'This address does not answer this method' },
  'rate.limited': { http: 429, retry: true, title: 'Too many requests' },

  'auth.required': { http: 401, retry: false, title: 'Sign in first' },
  'auth.token_expired': { http: 401, retry: true, title: 'The access token has expired' },
  'auth.bad_credentials': { http: 401, retry: false, title: 'E-mail or password is wrong' },
  'auth.too_many_attempts': { http: 429, retry: true, title: 'Too many failed sign-ins for this account' },
  'auth.refresh_invalid': { http: 401, retry: false, title: 'The session has ended; sign in again' },
  'auth.forbidden': { http: 403, retry: false, title: 'Not allowed' },
  'auth.csrf': { http: 403, retry: false, title: 'The request came from another site' },
  'auth.email_taken': { http: 409, retry: false, title: 'There is already an account with this e-mail' },
  'auth.registration_closed': { http: 403, retry: false, title: 'Registration is closed' },
  'auth.invitation_required': { http: 403, retry: false, title: 'Registration needs an invitation' },
  'auth.invitation_invalid': { http: 403, retry: false, title: 'The invitation is not valid any more' },
  'auth.password_common': { http: 422, retry: false, title: 'This password is among the most common ones' },
  'auth.factor_required': { http: 401, retry: false, title: 'A second factor is needed' },
  'auth.factor_wrong': { http: 401, retry: false, title: 'That is not right, or has been used already' },
  'auth.challenge_invalid': { http: 401, retry: false, title: 'This took too long or too many tries; start again' },
  'auth.factor_setup_required': { http: 403, retry: false, title: 'Set up a second factor first' },
  'auth.fresh_factor_required': { http: 403, retry: false, title: 'Prove once more that it is you' },
  'factor.not_found': { http: 404, retry: false, title: 'There is no such second factor' },
  'factor.passkey_taken': { http: 409, retry: false, title: 'This passkey is registered already' },
  'factor.passkey_invalid': { http: 422, retry: false, title: 'The passkey could not be checked; try again' },
  'factor.passkey_address': { http: 409, retry: false, title: 'Passkeys work only in a browser at our own address' },
  'factor.too_many': { http: 409, retry: false, title: 'There are as many passkeys as there can be; remove one first' },
  'factor.last_required': { http: 409, retry: false, title: 'Your role needs a second factor; add another one first' },
  'session.not_found': { http: 404, retry: false, title: 'There is no such session' },
  'invitation.not_found': { http: 404, retry: false, title: 'There is no such invitation' },
  'auth.approval_pending': { http: 403, retry: false, title: 'The account waits to be approved' },
  'person.not_suspended': { http: 409, retry: false, title: 'This person is not suspended' },
  'person.not_pending': { http: 409, retry: false, title: 'This person does not wait for approval' },
  'auth.key_address': { http: 403, retry: false, title: 'This key is not accepted from your address' },
  'auth.key_in_url': { http: 400, retry: false, title: 'A key does not belong into an address; send it in a header' },
  'auth.key_ambiguous': { http: 400, retry: false, title: 'The request carries more than one key' },
  'alert.not_found': { http: 404, retry: false, title: 'There is no such alert' },
  'key.not_found': { http: 404, retry: false, title: 'There is no such key' },
  'key.read_only': { http: 409, retry: false, title: 'This key is set by the environment' },
  'key.too_many': { http: 409, retry: false, title: 'There are as many keys as there can be; revoke one first' },
  'key.scope_beyond_rights': { http: 403, retry: false, title: 'A key cannot do more than you may' },
  'auth.suspended': { http: 403, retry: false, title: 'This account is suspended' },

  'auth.link_invalid': { http: 403, retry: false, title: 'This link does not work any more' },
  'auth.recent_sign_in_required': { http: 403, retry: false, title: 'Sign in again to do this' },
  'account.not_found': { http: 404, retry: false, title: 'There is no such person' },
  'account.last_owner': { http: 409, retry: false, title: 'The last owner has to stay' },
  'mail.not_configured': {
    http: 409,
    retry: false,
    title: 'This installation sends no mail; ask the owner for a link',
  },
  'oidc.not_configured': { http: 404, retry: false, title: 'There is no sign-in through a provider here' },
  'oidc.unavailable': { http: 502, retry: true, title: 'The sign-in provider cannot be reached' },
  'oidc.denied': { http: 403, retry: true, title: 'The sign-in provider did not let you in' },
  'oidc.failed': { http: 400, retry: true, title: 'The sign-in did not end where it began; try again' },
  'oidc.logout_invalid': { http: 400, retry: false, title: 'The logout token is not valid, or was used already' },
  'oidc.email_unverified': { http: 403, retry: false, title: 'The sign-in provider has not verified your e-mail' },
  'oidc.link_first': {
    http: 409,
    retry: false,
    title: 'There is an account with this e-mail: sign in with its password and connect it in the settings',
  },
  'oidc.already_linked': {
    http: 409,
    retry: false,
    title: 'This account at the provider belongs to somebody else here',
  },
  'oidc.not_linked': { http: 404, retry: false, title: 'There is no such connected account' },
  'oidc.only_way_in': { http: 409, retry: false, title: 'Set a password first: this is the only way in' },

  'idempotency.in_progress': { http: 409, retry: true, title: 'The same request is being carried out' },
  'idempotency.key_reused': { http: 422, retry: false, title: 'This Idempotency-Key belongs to another request' },

  'conversation.not_found': { http: 404, retry: false, title: 'There is no such conversation' },
  'message.not_found': { http: 404, retry: false, title: 'There is no such message' },
  'message.parent_invalid': { http: 409, retry: false, title: 'A message cannot follow that one' },
  'message.client_id_reused': { http: 409, retry: false, title: 'This clientMessageId belongs to another message' },
  'generation.not_found': { http: 404, retry: false, title: 'There is no such generation' },
  'generation.busy': { http: 409, retry: true, title: 'This branch is being answered already' },
  'generation.too_many': { http: 429, retry: true, title: 'Too many answers are being written at once' },
  'generation.lost_owner': { http: 500, retry: true, title: 'The server that was answering stopped' },

  'model.not_found': { http: 404, retry: false, title: 'There is no such model' },
  'model.none_available': { http: 409, retry: false, title: 'No model is available' },
  'connection.not_found': { http: 404, retry: false, title: 'There is no such model connection' },
  'connection.slug_taken': { http: 409, retry: false, title: 'There is already a connection with this short name' },
  'connection.read_only': { http: 409, retry: false, title: 'This connection is set by the environment' },

  'provider.address_refused': { http: 422, retry: false, title: 'This address may not be reached from here' },
  'provider.unreachable': { http: 502, retry: true, title: 'Could not reach the model provider' },
  'provider.timeout': { http: 504, retry: true, title: 'The model provider did not answer in time' },
  'provider.bad_key': { http: 502, retry: false, title: 'The model provider refused the key' },
  'provider.quota': { http: 502, retry: false, title: 'The quota at the model provider is used up' },
  'provider.rate_limited': { http: 502, retry: true, title: 'The model provider asks to slow down' },
  'provider.overloaded': { http: 502, retry: true, title: 'The model provider is overloaded' },
  'provider.context_too_long': { http: 502, retry: false, title: 'The conversation is too long for this model' },
  'provider.model_unknown': { http: 502, retry: false, title: 'The provider does not know this model' },
  'provider.refused': { http: 502, retry: false, title: 'The provider refused this request' },
  'provider.cut': { http: 502, retry: true, title: 'The answer was cut off by the provider' },
  'provider.bad_response': { http: 502, retry: true, title: 'The provider sent something that is not an answer' },

  'service.draining': { http: 503, retry: true, title: 'This server is about to stop' },
  'service.unavailable': { http: 503, retry: true, title: 'The service is not available at the moment' },
  'database.unavailable': { http: 503, retry: true, title: 'The database cannot be reached' },
  internal: { http: 500, retry: true, title: 'The server met an error it did not expect' },
} as const satisfies Record<string, { http: number; retry: boolean; title: string }>;

export type ErrorCode = keyof typeof ERRORS;
export const ErrorCode = z.enum(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]]);

/** RFC 9457 problem details, with a stable `code` and the request id. */
export const Problem = z.object({
  type: z.string().describe('about:blank, or an address that explains the code'),
  title: z.string(),
  status: z.int(),
  code: ErrorCode,
  detail: z.string().optional(),
  retry: z.boolean().describe('Whether the same request may succeed later'),
  retryAfterSeconds: z.int().optional(),
  requestId: z.string().optional(),
  issues: z
    .array(z.object({ path: z.string(), message: z.string() }))
    .optional()
    .describe('What is wrong, field by field'),
  challenge: z.string().optional().describe('With `auth.factor_required`: what the second step is sent with, once'),
  kinds: z.array(FactorKind).optional().describe('With `auth.factor_required`: what the second step can be made with'),
});
export type Problem = z.infer<typeof Problem>;
