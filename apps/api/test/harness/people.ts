import { randomUUID } from 'node:crypto';
import type { AuthResult, User } from '@chatbox/contracts';
import type { TestApp } from './test-app.ts';

export const PASSWORD = 'a long and quiet river';

export interface Person {
  user: User;
  email: string;
  password: string;
  token: string;
  refreshToken: string;
}

/** Somebody who has just registered, through the REST door. The first one of an application is its owner. */
export const aUser = async (app: Pick<TestApp, 'api'>, email = `${randomUUID()}@example.org`): Promise<Person> => {
  const { status, body } = await app.api<AuthResult>('POST', '/api/v1/auth/register', {
    body: { email, password: PASSWORD },
  });
  if (status !== 201) throw new Error(`Registration was answered ${status}: ${JSON.stringify(body)}`);
  return { user: body.user, email, password: PASSWORD, token: body.accessToken, refreshToken: body.refreshToken };
};
