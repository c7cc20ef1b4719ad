import type { ApiAnswer, ApiRequest } from './api.ts';
import type { TestApp } from './test-app.ts';

/** Keeps cookies by name and path and sends what a browser would send from one of our own pages. */
export class Browser {
  readonly jar = new Map<string, { value: string; path: string; attributes: string }>();

  constructor(private readonly app: Pick<TestApp, 'api' | 'url'>) {}

  async api<T = unknown>(method: string, path: string, request: ApiRequest = {}): Promise<ApiAnswer<T>> {
    const answer = await this.app.api<T>(method, path, {
      ...request,
      headers: { origin: this.app.url, 'sec-fetch-site': 'same-origin', ...this.cookiesFor(path), ...request.headers },
    });
    this.keep(answer.headers);
    return answer;
  }

  /** The `cookie` header for a path, or none. */
  cookiesFor(path: string): { cookie?: string } {
    const sent = [...this.jar].filter(([, { path: scope }]) => path.startsWith(scope));
    return sent.length === 0 ? {} : { cookie: sent.map(([name, { value }]) => `${name}=${value}`).join('; ') };
  }

  private keep(headers: Headers): void {
    for (const line of headers.getSetCookie()) {
      const [, name = '', value = '', attributes = ''] = /^([^=]+)=([^;]*);?(.*)$/.exec(line) ?? [];
      const path = /path=([^;]+)/i.exec(attributes)?.[1] ?? '/';
      if (/max-age=0(;|$)/i.test(attributes)) this.jar.delete(name);
      else this.jar.set(name, { value, path, attributes });
    }
  }
}
