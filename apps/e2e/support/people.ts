import { randomUUID } from 'node:crypto';
import type { BrowserContext } from 'playwright-core';

export interface Person {
  name: string;
  email: string;
  password: string;
}

/** Made once, when the shared product starts. */
export const OWNER: Person = { name: 'Olga Owner', email: 'olga@example.org', password: 'correct horse battery' };

export const somebody = (name = 'Ann Lindqvist'): Person => ({
  name,
  email: `${randomUUID()}@example.org`,
  password: 'a calm and long password',
});

async function post(url: string, path: string, body: object): Promise<Response> {
  const response = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
  return response;
}

export async function register(url: string, person: Person): Promise<Person> {
  await post(url, '/api/v1/auth/register', person);
  return person;
}

/** Signs the browser in without its pages. */
export async function signIn(context: BrowserContext, url: string, { email, password }: Person): Promise<void> {
  const response = await context.request.post(`${url}/api/v1/auth/login`, {
    data: { email, password },
    headers: { origin: url },
  });
  if (!response.ok()) throw new Error(`sign-in answered ${response.status()}: ${await response.text()}`);
}
