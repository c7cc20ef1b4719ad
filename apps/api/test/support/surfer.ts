interface Visit {
  url: URL;
  status: number;
  text: string;
  location: URL | null;
}

const REDIRECTS_MAX = 20;

/** A browser as far as redirects, cookies and forms go: a jar for each host, and names that lead to machines of the test. */
export class Surfer {
  private readonly jars = new Map<string, Map<string, string>>();

  /** `hosts`: origins as people write them, and where they are in the test. */
  constructor(private readonly hosts: ReadonlyMap<string, string> = new Map()) {}

  cookiesOf(origin: string): Map<string, string> {
    return this.jarOf(new URL(origin));
  }

  /** One request, no redirect followed. */
  async ask(address: string | URL, form?: Record<string, string>, json?: unknown): Promise<Visit> {
    const url = new URL(address);
    const jar = this.jarOf(url);
    const body = form ? new URLSearchParams(form) : json === undefined ? undefined : JSON.stringify(json);
    const answer = await fetch(new URL(url.pathname + url.search, this.hosts.get(url.origin) ?? url.origin), {
      method: body === undefined ? 'GET' : 'POST',
      redirect: 'manual',
      headers: {
        ...(jar.size > 0 && { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') }),
        ...(json !== undefined && {
          'content-type': 'application/json',
          origin: url.origin,
          'sec-fetch-site': 'same-origin',
        }),
      },
      ...(body !== undefined && { body }),
    });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = '', attributes = ''] = /^([^=]+)=([^;]*);?(.*)$/.exec(line) ?? [];
      if (value === '' || /max-age=0(;|$)|expires=Thu, 01 Jan 1970/i.test(attributes)) jar.delete(name);
      else jar.set(name, value);
    }
    const location = answer.headers.get('location');
    return {
      url,
      status: answer.status,
      text: await answer.text(),
      location: location === null ? null : new URL(location, url),
    };
  }

  /** Follows redirects until there is a page, or until one leads to an address that begins like this, which is not asked for. */
  async go(address: string | URL, until = 'never', form?: Record<string, string>): Promise<Visit> {
    let visit = await this.ask(address, form);
    for (let redirects = 0; visit.location !== null; redirects++) {
      if (redirects > REDIRECTS_MAX) throw new Error('redirects without an end');
      if (visit.location.href.startsWith(until)) return visit;
      visit = await this.ask(visit.location);
    }
    return visit;
  }

  private jarOf({ host }: URL): Map<string, string> {
    const jar = this.jars.get(host) ?? new Map<string, string>();
    this.jars.set(host, jar);
    return jar;
  }
}
