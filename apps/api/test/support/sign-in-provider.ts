import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWTHeaderParameters, SignJWT } from 'jose';
import Provider from 'oidc-provider';

export interface PersonThere {
  email?: string;
  email_verified?: boolean;
  name?: string;
  groups?: string[];
}

export const CLIENT = { id: 'chatbox', secret: 'a secret that only the two of them know' };

const KEY_ID = 'the key of the provider';

/** A real OpenID Connect provider with a page to sign in, and people as the test says. */
export class SignInProvider {
  readonly people = new Map<string, PersonThere>();
  /** Where it finds the service when it speaks to it itself. */
  serviceIsAt = '';

  private constructor(
    private readonly server: Server,
    readonly issuer: string,
    private readonly key: CryptoKey,
  ) {}

  /** `service`: the address of ours, to which it sends people back. */
  static async open(service: string): Promise<SignInProvider> {
    // It warns of settings that matter only where it is not a test.
    for (const kind of ['warn', 'info'] as const) jest.spyOn(console, kind).mockImplementation(() => undefined);
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { privateKey } = await generateKeyPair('RS256', { extractable: true });
    const opened = new SignInProvider(server, issuer, privateKey);
    const provider = new Provider(issuer, {
      clients: [
        {
          client_id: CLIENT.id,
          client_secret: CLIENT.secret,
          redirect_uris: [`${service}/api/v1/auth/oidc/callback`],
          backchannel_logout_uri: `${service}/api/v1/auth/oidc/backchannel-logout`,
          backchannel_logout_session_required: true,
          post_logout_redirect_uris: [`${service}/login`],
        },
      ],
      claims: { openid: ['sub', 'groups'], email: ['email', 'email_verified'], profile: ['name'] },
      findAccount: (_context, id) => ({
        accountId: id,
        claims: async () => ({ sub: id, ...opened.people.get(id) }),
      }),
      pkce: { required: () => true },
      features: {
        devInteractions: { enabled: true },
        rpInitiatedLogout: { enabled: true },
        backchannelLogout: { enabled: true },
      },
      jwks: { keys: [{ ...(await exportJWK(privateKey)), kid: KEY_ID, alg: 'RS256', use: 'sig' }] },
      // Without the guard against private addresses that comes with the options.
      fetch: (url, { method, headers, body }: RequestInit = {}) =>
        fetch(String(url).replace(service, opened.serviceIsAt), { method, headers, body }),
      cookies: { keys: ['a key for the cookies of the provider'] },
    });
    server.on('request', provider.callback());
    return opened;
  }

  /** What it would sign; undefined takes a claim away. By somebody else's key where one is given. */
  logoutToken(
    claims: Record<string, unknown>,
    header: Partial<JWTHeaderParameters> = {},
    key: CryptoKey | Uint8Array = this.key,
  ): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const said = {
      iss: this.issuer,
      aud: CLIENT.id,
      iat: now,
      exp: now + 120,
      jti: randomUUID(),
      events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
      ...claims,
    };
    return new SignJWT(said).setProtectedHeader({ alg: 'RS256', kid: KEY_ID, typ: 'logout+jwt', ...header }).sign(key);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
