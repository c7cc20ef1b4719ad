import { createHmac, randomUUID } from 'node:crypto';
import type { AuthResult, Problem, TotpAdded, TotpEnrolment } from '@chatbox/contracts';
import type { ApiAnswer } from '../harness/api.ts';
import { aUser, type Person } from '../harness/people.ts';
import { sql } from '../harness/sql.ts';
import type { TestApp } from '../harness/test-app.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const STEP_MILLISECONDS = 30_000;

/** RFC 6238 and RFC 4226 §5.3, from the secret in base32; `ahead` in steps of 30 s. */
export const totpCode = (secret: string, ahead = 0): string => {
  const bits = [...secret].map((letter) => ALPHABET.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / STEP_MILLISECONDS) + ahead));
  const hash = createHmac('sha1', key).update(counter).digest();
  const offset = (hash.at(-1) ?? 0) & 15;
  return String((hash.readUInt32BE(offset) & 0x7fff_ffff) % 1_000_000).padStart(6, '0');
};

export const wrongCode = (secret: string): string => {
  const near = [-2, -1, 0, 1, 2].map((ahead) => totpCode(secret, ahead));
  return ['111111', '222222', '333333', '444444', '555555', '666666'].find((code) => !near.includes(code)) ?? '';
};

export interface Guarded extends Person {
  secret: string;
  recoveryCodes: string[];
}

/** Sets up an authenticator app for somebody. Codes of before count again: as if the setup had been a while ago. */
export const addTotp = async (app: TestApp, person: Person): Promise<Guarded> => {
  const begun = await app.api<TotpEnrolment>('POST', '/api/v1/auth/factors/totp', { token: person.token });
  const { secret } = begun.body;
  const { status, body } = await app.api<TotpAdded>('POST', '/api/v1/auth/factors/totp/confirm', {
    token: person.token,
    body: { totp: totpCode(secret) },
  });
  if (status !== 200) throw new Error(`The code was answered ${status}: ${JSON.stringify(body)}`);
  await letCodesPass(app, person);
  return { ...person, secret, recoveryCodes: body.recoveryCodes ?? [] };
};

export const aGuardedUser = async (app: TestApp): Promise<Guarded> => addTotp(app, await aUser(app));

export const letCodesPass = (app: TestApp, { user }: Person): Promise<void> =>
  sql(app, 'UPDATE totp SET last_step = 0 WHERE account_id = $1', [user.id]);

/** As if the password of their sessions had been shown eleven minutes ago, and the server has had the second to notice. */
export const letTheProofPass = async (app: TestApp, { user, token }: Person): Promise<void> => {
  await sql(app, `UPDATE session SET proven_at = proven_at - interval '11 minutes' WHERE account_id = $1`, [user.id]);
  const deadline = Date.now() + 1500;
  const change = () => app.api('DELETE', `/api/v1/auth/factors/passkeys/${randomUUID()}`, { token });
  while ((await change()).status !== 403)
    if (Date.now() > deadline) throw new Error('a proof of eleven minutes ago still counts');
};

export const login = (
  { api }: Pick<TestApp, 'api'>,
  { email, password }: Person,
): Promise<ApiAnswer<AuthResult & Problem>> => api('POST', '/api/v1/auth/login', { body: { email, password } });

export const challengeOf = async (app: Pick<TestApp, 'api'>, person: Person): Promise<string> => {
  const { status, body } = await login(app, person);
  if (body.code !== 'auth.factor_required')
    throw new Error(`The login was answered ${status}: ${JSON.stringify(body)}`);
  return body.challenge ?? '';
};

export const finish = (
  { api }: Pick<TestApp, 'api'>,
  body: Record<string, unknown>,
): Promise<ApiAnswer<AuthResult & Problem>> => api('POST', '/api/v1/auth/login/factor', { body });
