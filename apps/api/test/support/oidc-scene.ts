import { randomUUID } from 'node:crypto';
import type { GoTo, Problem, User } from '@chatbox/contracts';
import { startTestApp, type TestApp } from '../harness/test-app.ts';
import { CLIENT, type PersonThere, SignInProvider } from './sign-in-provider.ts';
import { Surfer } from './surfer.ts';

/** As people write it; only the browser of the test, and the provider, know where it is. */
export const SERVICE = 'http://chat.example.org';
export const CALLBACK = `${SERVICE}/api/v1/auth/oidc/callback`;

/** A sign-in provider, and two replicas that trust it. */
export class OidcScene {
  private constructor(
    readonly provider: SignInProvider,
    readonly app: TestApp,
    readonly replica: TestApp,
  ) {}

  static async open(overrides: Record<string, string> = {}): Promise<OidcScene> {
    const provider = await SignInProvider.open(SERVICE);
    const settings = {
      PUBLIC_URL: SERVICE,
      OIDC_ISSUER: provider.issuer,
      OIDC_CLIENT_ID: CLIENT.id,
      OIDC_CLIENT_SECRET: CLIENT.secret,
      OIDC_NAME: 'Example Ltd',
      MASTER_KEY: 'a master key that both replicas were given',
      JWT_SECRET: 'a secret that both replicas sign access tokens with',
      ...overrides,
    };
    const app = await startTestApp(settings);
    provider.serviceIsAt = app.url;
    return new OidcScene(provider, app, await startTestApp({ ...settings, DATABASE_URL: app.databaseUrl }));
  }

  async close(): Promise<void> {
    await this.replica.close();
    await this.app.close();
    await this.provider.close();
  }

  aSurfer(at: TestApp = this.app): Surfer {
    return new Surfer(new Map([[SERVICE, at.url]]));
  }

  aPerson(there: PersonThere = {}): string {
    const id = randomUUID();
    this.provider.people.set(id, { email: `${id}@example.org`, email_verified: true, name: 'Ann Person', ...there });
    return id;
  }
}

export const start = async (surfer: Surfer, body: object = {}, path = 'start'): Promise<string> => {
  const { status, text } = await surfer.ask(`${SERVICE}/api/v1/auth/oidc/${path}`, undefined, body);
  if (status !== 200) throw new Error(`a sign-in could not begin: ${status} ${text}`);
  return (JSON.parse(text) as GoTo).url;
};

/** Signs in at the provider's pages. Answers the address there that it sends the browser back to, which was not asked for yet. */
export const atProvider = async (surfer: Surfer, url: string, id: string): Promise<URL> => {
  let visit = await surfer.go(url, CALLBACK);
  for (let pages = 0; visit.location === null; pages++) {
    if (pages > 4) throw new Error(`the provider does not let go: ${visit.text.slice(0, 400)}`);
    const action = /action="([^"]+)"/.exec(visit.text)?.[1] ?? '';
    const prompt = /name="prompt" value="(\w+)"/.exec(visit.text)?.[1] ?? '';
    visit = await surfer.go(new URL(action, visit.url), CALLBACK, {
      prompt,
      ...(prompt === 'login' && { login: id, password: 'whatever' }),
    });
  }
  return visit.location;
};

/** The whole way. Answers the address that the callback leads on to. */
export const signIn = async (surfer: Surfer, id: string, body: object = {}): Promise<string> => {
  const back = await atProvider(surfer, await start(surfer, body), id);
  return (await surfer.ask(back)).location?.href ?? 'nowhere';
};

/** Confirms on the page at the provider's end of a session that one wants to leave. */
export const leaveProvider = async (surfer: Surfer, url: string): Promise<URL | null> => {
  const asked = await surfer.go(url);
  const action = /action="([^"]+)"/.exec(asked.text)?.[1] ?? '';
  const xsrf = /name="xsrf" value="([^"]+)"/.exec(asked.text)?.[1] ?? '';
  return (await surfer.go(new URL(action, asked.url), SERVICE, { xsrf, logout: 'yes' })).location;
};

export const me = async (surfer: Surfer): Promise<User & Problem> =>
  JSON.parse((await surfer.ask(`${SERVICE}/api/v1/auth/me`)).text);
