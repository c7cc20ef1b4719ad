import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';

export interface PersonThere {
  email?: string;
  email_verified?: boolean;
  name?: string;
  groups?: string[];
}

export const CLIENT = { id: 'chatbox', secret: 'a secret that only the two of them know' };

/** A real OpenID Connect provider with a page to sign in, and people as the test says. */
export class SignInProvider {
  readonly people = new Map<string, PersonThere>();

  private constructor(
    private readonly server: Server,
    readonly issuer: string,
  ) {}

  /** `service`: the address of ours, to which it sends people back. */
  static async open(service: string): Promise<SignInProvider> {
    // It warns of settings that matter only where it is not a test.
    for (const kind of ['warn', 'info'] as const) jest.spyOn(console, kind).mockImplementation(() => undefined);
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const opened = new SignInProvider(server, issuer);
    const provider = new Provider(issuer, {
      clients: [
        {
          client_id: CLIENT.id,
          client_secret: CLIENT.secret,
          redirect_uris: [`${service}/api/v1/auth/oidc/callback`],
          post_logout_redirect_uris: [`${service}/login`],
        },
      ],
      claims: { openid: ['sub', 'groups'], email: ['email', 'email_verified'], profile: ['name'] },
      findAccount: (_context, id) => ({
        accountId: id,
        claims: async () => ({ sub: id, ...opened.people.get(id) }),
      }),
      pkce: { required: () => true },
      features: { devInteractions: { enabled: true }, rpInitiatedLogout: { enabled: true } },
      cookies: { keys: ['a key for the cookies of the provider'] },
    });
    server.on('request', provider.callback());
    return opened;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
