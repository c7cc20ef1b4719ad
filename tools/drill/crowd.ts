import type { AuthResult } from '@chatbox/contracts';

export interface Person {
  name: string;
  token: string;
  post<T>(path: string, body: object): Promise<T>;
}

/** An access token holds for an hour; nobody stays that long. */
const STAYS_MILLISECONDS = 30 * 60_000;
const TRIES = 40;

/** The people of a drill. They sign up when they are first needed, and stay for many runs. */
export class Crowd {
  private people: Promise<Person>[] = [];
  private since = 0;
  private readonly url: string;

  constructor(url: string) {
    this.url = url;
  }

  take(count: number): Promise<Person[]> {
    if (performance.now() - this.since > STAYS_MILLISECONDS) {
      this.people = [];
      this.since = performance.now();
    }
    while (this.people.length < count)
      this.people.push(this.signUp(NAMES[this.people.length] ?? `person ${this.people.length}`));
    return Promise.all(this.people.slice(0, count));
  }

  private async signUp(name: string): Promise<Person> {
    const email = `${crypto.randomUUID()}@example.org`;
    const account = { email, password: 'a long phrase for the drill', name };
    const { accessToken: token } = await post<AuthResult>(`${this.url}/api/v1/auth/register`, undefined, account);
    return { name, token, post: (path, body) => post(`${this.url}${path}`, token, body) };
  }
}

const NAMES = ['Ann', 'Ben', 'Cem', 'Dia', 'Eva', 'Finn', 'Gro', 'Hal'];

/** Sets the scene, so it waits for a server that is not there yet. */
const post = async <T>(url: string, token: string | undefined, body: object): Promise<T> => {
  const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
  for (let tries = 1; ; tries += 1) {
    const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) }).catch(
      (error: unknown) => error,
    );
    if (answer instanceof Response && answer.ok) return (await answer.json()) as T;
    const said = answer instanceof Response ? `${answer.status} ${await answer.text()}` : String(answer);
    const mayHelp = !(answer instanceof Response) || answer.status >= 500;
    if (!mayHelp || tries >= TRIES) throw new Error(`${url} was answered ${said}`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
};
