import type { Factors, RecoveryCodes, TotpAdded, TotpEnrolment } from '@chatbox/contracts';
import { aUser, type Person } from './harness/people.ts';
import { rowsOf, sql, whileLocked } from './harness/sql.ts';
import { startTestApp, type TestApp } from './harness/test-app.ts';
import {
  addTotp,
  aGuardedUser,
  challengeOf,
  finish,
  letCodesPass,
  login,
  totpCode,
  wrongCode,
} from './support/factors.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
  await aUser(app);
});
afterAll(() => app.close());

const factorsOf = async ({ token }: Pick<Person, 'token'>): Promise<Factors> =>
  (await app.api<Factors>('GET', '/api/v1/auth/factors', { token })).body;

describe('an authenticator app', () => {
  it('is set up with a secret, an address and a picture, and counts once it is confirmed', async () => {
    const ann = await aUser(app);
    const { status, body } = await app.api<TotpEnrolment>('POST', '/api/v1/auth/factors/totp', { token: ann.token });
    expect(status).toBe(201);
    expect(body.uri).toContain(`secret=${body.secret}`);
    expect(body.qr).toMatch(/^data:image\/svg\+xml;base64,/);
    expect((await factorsOf(ann)).totp).toBeNull();
    expect((await login(app, ann)).status).toBe(200);

    const confirm = (totp: string) =>
      app.api<TotpAdded>('POST', '/api/v1/auth/factors/totp/confirm', { token: ann.token, body: { totp } });
    expect(await confirm(wrongCode(body.secret))).toMatchObject({ status: 401, body: { code: 'auth.factor_wrong' } });
    const added = await confirm(totpCode(body.secret));
    expect(added.status).toBe(200);
    expect(new Set(added.body.recoveryCodes).size).toBe(10);
    expect(await factorsOf(ann)).toMatchObject({ required: false, totp: { lastUsedAt: null }, recoveryCodesLeft: 10 });
    // ASVS 5.0 6.5.1: the code of the setup is used up.
    const challenge = await challengeOf(app, ann);
    expect(await finish(app, { challenge, totp: totpCode(body.secret) })).toMatchObject({ status: 401 });
  });

  it('cannot be confirmed when the secret is too old', async () => {
    const ann = await aUser(app);
    const { body } = await app.api<TotpEnrolment>('POST', '/api/v1/auth/factors/totp', { token: ann.token });
    await sql(app, `UPDATE totp SET pending_until = clock_timestamp() WHERE account_id = $1`, [ann.user.id]);
    expect(
      await app.api('POST', '/api/v1/auth/factors/totp/confirm', {
        token: ann.token,
        body: { totp: totpCode(body.secret) },
      }),
    ).toMatchObject({ status: 401, body: { code: 'auth.factor_wrong' } });
  });

  it('is replaced without a gap, and the recovery codes stay', async () => {
    const before = await aGuardedUser(app);
    const after = await addTotp(app, before);
    expect(after.secret).not.toBe(before.secret);
    expect(after.recoveryCodes).toEqual([]);
    const challenge = await challengeOf(app, before);
    expect((await finish(app, { challenge, totp: totpCode(before.secret) })).status).toBe(401);
    expect((await finish(app, { challenge, totp: totpCode(after.secret) })).status).toBe(200);
    const again = await challengeOf(app, before);
    expect((await finish(app, { challenge: again, recoveryCode: before.recoveryCodes[0] })).status).toBe(200);
  });

  it('ASVS 6.5.2: leaves neither the secret nor a recovery code in the database', async () => {
    const ann = await aGuardedUser(app);
    const kept = JSON.stringify([
      await rowsOf(app, 'SELECT * FROM totp WHERE account_id = $1', [ann.user.id]),
      await rowsOf(app, `SELECT encode(hash, 'escape') FROM recovery_code WHERE account_id = $1`, [ann.user.id]),
      await rowsOf(app, 'SELECT details FROM audit'),
    ]);
    expect(kept).toContain('v1.');
    for (const secret of [
      ann.secret,
      ...ann.recoveryCodes,
      ...ann.recoveryCodes.map((code) => code.replaceAll('-', '')),
    ])
      expect(kept).not.toContain(secret);
  });

  it('is removed, and the password is enough again', async () => {
    const ann = await aGuardedUser(app);
    const remove = () => app.api('DELETE', '/api/v1/auth/factors/totp', { token: ann.token });
    expect((await remove()).status).toBe(204);
    expect(await factorsOf(ann)).toMatchObject({ totp: null, recoveryCodesLeft: 0 });
    expect((await login(app, ann)).status).toBe(200);
    expect(await remove()).toMatchObject({ status: 404, body: { code: 'factor.not_found' } });
  });
});

describe('a sign-in with a second factor', () => {
  it('gives out nothing for the password alone', async () => {
    const ann = await aGuardedUser(app);
    const { status, body, headers } = await login(app, ann);
    expect(status).toBe(401);
    expect(body).toMatchObject({ code: 'auth.factor_required', kinds: ['totp', 'recoveryCode'] });
    expect(body.challenge).toMatch(/^[\w-]{43}$/);
    expect(headers.getSetCookie()).toEqual([]);
    expect(JSON.stringify(body)).not.toMatch(/accessToken|refreshToken/);
  });

  it('ends with the same answer as one without, in a new session', async () => {
    const ann = await aGuardedUser(app);
    const done = await finish(app, { challenge: await challengeOf(app, ann), totp: totpCode(ann.secret) });
    expect(done.status).toBe(200);
    expect(Object.keys(done.body).sort()).toEqual(['accessToken', 'expiresIn', 'refreshToken', 'session', 'user']);
    expect(done.headers.getSetCookie()).toHaveLength(2);
    expect(await app.api('GET', '/api/v1/auth/me', { token: done.body.accessToken })).toMatchObject({
      status: 200,
      body: { id: ann.user.id },
    });
  });

  it('takes the code of the step before and after, and of no other', async () => {
    const ann = await aGuardedUser(app);
    for (const ahead of [-3, 3])
      expect(
        (await finish(app, { challenge: await challengeOf(app, ann), totp: totpCode(ann.secret, ahead) })).status,
      ).toBe(401);
    expect((await finish(app, { challenge: await challengeOf(app, ann), totp: totpCode(ann.secret, 1) })).status).toBe(
      200,
    );
  });

  it('HARDENING 17, ASVS 6.5.1: a code is good once, also when it comes many times at once', async () => {
    const ann = await aGuardedUser(app);
    const challenges = await Promise.all([1, 2, 3, 4].map(() => challengeOf(app, ann)));
    const totp = totpCode(ann.secret);
    const answers = await whileLocked(app, `SELECT FROM totp WHERE account_id = '${ann.user.id}' FOR UPDATE`, 2, () =>
      Promise.all(challenges.map((challenge) => finish(app, { challenge, totp }))),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401, 401]);
    expect(await finish(app, { challenge: await challengeOf(app, ann), totp })).toMatchObject({
      status: 401,
      body: { code: 'auth.factor_wrong' },
    });
  });

  it('HARDENING 17: a challenge is good for one session, also when it comes many times at once', async () => {
    const ann = await aGuardedUser(app);
    const challenge = await challengeOf(app, ann);
    const answers = await whileLocked(app, 'LOCK TABLE login_challenge IN EXCLUSIVE MODE', 3, () =>
      Promise.all(ann.recoveryCodes.slice(0, 4).map((recoveryCode) => finish(app, { challenge, recoveryCode }))),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401, 401]);
    // The other three codes were not used up by it.
    expect(
      (await factorsOf({ token: answers.find(({ status }) => status === 200)?.body.accessToken ?? '' }))
        .recoveryCodesLeft,
    ).toBe(9);
    await letCodesPass(app, ann);
    expect(await finish(app, { challenge, totp: totpCode(ann.secret) })).toMatchObject({
      body: { code: 'auth.challenge_invalid' },
    });
  });

  it('HARDENING 17: a challenge expires, and is void when the password or a factor is another one', async () => {
    const ann = await aGuardedUser(app);
    const refused = { status: 401, body: { code: 'auth.challenge_invalid' } };
    const expired = await challengeOf(app, ann);
    await sql(app, 'UPDATE login_challenge SET expires_at = clock_timestamp() WHERE account_id = $1', [ann.user.id]);
    expect(await finish(app, { challenge: expired, totp: totpCode(ann.secret) })).toMatchObject(refused);

    const ofOldFactor = await challengeOf(app, ann);
    const { secret } = await addTotp(app, ann);
    expect(await finish(app, { challenge: ofOldFactor, totp: totpCode(secret) })).toMatchObject(refused);

    const ofOldPassword = await challengeOf(app, ann);
    await sql(app, `UPDATE account SET password_hash = password_hash || 'x' WHERE id = $1`, [ann.user.id]);
    expect(await finish(app, { challenge: ofOldPassword, totp: totpCode(secret) })).toMatchObject(refused);
  });

  it('allows five tries, and answers every wrong one alike', async () => {
    const ann = await aGuardedUser(app);
    const challenge = await challengeOf(app, ann);
    const wrong = [
      { totp: wrongCode(ann.secret) },
      { totp: wrongCode(ann.secret) },
      { recoveryCode: 'AAAAAA-AAAAAA-AAAAAA-AAAAAA' },
      { recoveryCode: 'x' },
      { totp: wrongCode(ann.secret) },
    ];
    const answers = [];
    for (const proof of wrong) answers.push(await finish(app, { challenge, ...proof }));
    const { requestId: _, ...first } = answers[0]?.body ?? {};
    for (const { status, body } of answers)
      expect({ status, body }).toEqual({ status: 401, body: { ...first, requestId: expect.any(String) } });
    expect(first).toMatchObject({ code: 'auth.factor_wrong' });
    expect(await finish(app, { challenge, totp: totpCode(ann.secret) })).toMatchObject({
      status: 401,
      body: { code: 'auth.challenge_invalid' },
    });
    // A right password gives another challenge, and no more tries.
    expect(await finish(app, { challenge: await challengeOf(app, ann), totp: totpCode(ann.secret) })).toMatchObject({
      status: 429,
      body: { code: 'auth.too_many_attempts' },
    });
    expect(await rowsOf(app, 'SELECT count(*)::int AS n FROM login_failure WHERE email = $1', [ann.email])).toEqual([
      { n: 5 },
    ]);
    await sql(app, 'UPDATE factor_tries SET until = clock_timestamp() WHERE account_id = $1', [ann.user.id]);
    expect((await finish(app, { challenge: await challengeOf(app, ann), totp: totpCode(ann.secret) })).status).toBe(
      200,
    );
  });

  it('gives no more than five tries to many that guess at once', async () => {
    const ann = await aGuardedUser(app);
    const challenges = await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map(() => challengeOf(app, ann)));
    const totp = wrongCode(ann.secret);
    const answers = await Promise.all(challenges.map((challenge) => finish(app, { challenge, totp })));
    expect(answers.map(({ status }) => status).sort()).toEqual([401, 401, 401, 401, 401, 429, 429, 429]);
  });

  it('a challenge that was never given out is answered like one that is over', async () => {
    for (const challenge of ['x', 'A'.repeat(43)])
      expect(await finish(app, { challenge, totp: '123456' })).toMatchObject({
        status: 401,
        body: { code: 'auth.challenge_invalid' },
      });
  });

  it('wants exactly one proof', async () => {
    for (const proof of [{}, { totp: '123456', recoveryCode: 'x' }, { totp: '12345' }, { totp: ['123456'] }])
      expect(await finish(app, { challenge: 'x', ...proof })).toMatchObject({
        status: 400,
        body: { code: 'request.invalid' },
      });
  });

  it('lets nobody in who was suspended between the steps', async () => {
    const ann = await aGuardedUser(app);
    const challenge = await challengeOf(app, ann);
    await sql(app, `UPDATE account SET status = 'suspended' WHERE id = $1`, [ann.user.id]);
    expect(await finish(app, { challenge, totp: totpCode(ann.secret) })).toMatchObject({
      status: 403,
      body: { code: 'auth.suspended' },
    });
  });
});

describe('a recovery code', () => {
  it('HARDENING 17, ASVS 6.5.1: is good once, also when it comes many times at once', async () => {
    const ann = await aGuardedUser(app);
    const challenges = await Promise.all([1, 2, 3].map(() => challengeOf(app, ann)));
    const recoveryCode = ann.recoveryCodes[0]?.toLowerCase().replaceAll('-', ' ');
    const answers = await Promise.all(challenges.map((challenge) => finish(app, { challenge, recoveryCode })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401]);
    expect(
      (await factorsOf({ token: answers.find(({ status }) => status === 200)?.body.accessToken ?? '' }))
        .recoveryCodesLeft,
    ).toBe(9);
  });

  it('opens nothing of somebody else', async () => {
    const [ann, ben] = [await aGuardedUser(app), await aGuardedUser(app)];
    const challenge = await challengeOf(app, ben);
    expect((await finish(app, { challenge, recoveryCode: ann.recoveryCodes[0] })).status).toBe(401);
    expect((await finish(app, { challenge, totp: totpCode(ann.secret) })).status).toBe(401);
  });

  it('is void when there are new ones', async () => {
    const ann = await aGuardedUser(app);
    const { status, body } = await app.api<RecoveryCodes>('POST', '/api/v1/auth/factors/recovery-codes', {
      token: ann.token,
    });
    expect(status).toBe(201);
    expect(body.recoveryCodes).toHaveLength(10);
    // ASVS 5.0 6.5.4: far more than 20 bits, and no two alike.
    for (const code of body.recoveryCodes) expect(code).toMatch(/^([A-Z2-7]{6}-){3}[A-Z2-7]{6}$/);
    const challenge = await challengeOf(app, ann);
    expect((await finish(app, { challenge, recoveryCode: ann.recoveryCodes[0] })).status).toBe(401);
    expect((await finish(app, { challenge, recoveryCode: body.recoveryCodes[0] })).status).toBe(200);
  });

  it('is not made where it would stand in for nothing', async () => {
    const { token } = await aUser(app);
    expect(await app.api('POST', '/api/v1/auth/factors/recovery-codes', { token })).toMatchObject({
      status: 404,
      body: { code: 'factor.not_found' },
    });
  });
});
