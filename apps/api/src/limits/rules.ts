import { ROUTES, type Route, type RouteName } from '@chatbox/contracts';

/**
 * How the requests of a route are counted.
 * `none`: not at all. `page`: by address, in the large numbers of a person, because every page of every reader needs it before
 * anybody is known. `usual`: by person or key, else by address.
 */
export type Counting = 'none' | 'page' | 'usual';

export interface Rule {
  readonly counting: Counting;
  /** A way in: also counted apart, by address, in small numbers. */
  readonly isEntry: boolean;
  /** A way in that names an account in its body: how often one e-mail may be named in a window, whether it has an account or not. */
  readonly perEmail: number | null;
}

/** Infrastructure asks often and from one address, and a stream is one request however long it lasts. */
const UNCOUNTED: ReadonlySet<string> = new Set<RouteName>([
  'health.live',
  'health.startup',
  'health.ready',
  'generations.events',
]);
const OF_EVERY_PAGE: ReadonlySet<string> = new Set<RouteName>([
  'setup.read',
  'auth.refresh',
  // One provider speaks for everybody, from one address.
  'oidc.backchannel_logout',
]);
/** Not here: signing in, of which only failures count for an account (auth/login-attempts.ts). */
const PER_EMAIL: Readonly<Record<string, number>> = {
  'auth.register': 5,
  'account.forgot_password': 3,
} satisfies Partial<Record<RouteName, number>>;

const ruleOf = (name: string, { method, access }: Route): Rule => {
  const counting = UNCOUNTED.has(name) ? 'none' : OF_EVERY_PAGE.has(name) ? 'page' : 'usual';
  return {
    counting,
    isEntry: access === 'public' && method === 'POST' && counting === 'usual',
    perEmail: PER_EMAIL[name] ?? null,
  };
};

const RULES: ReadonlyMap<string, Rule> = new Map(
  Object.entries<Route>(ROUTES).map(([name, route]) => [`${route.method} ${route.path}`, ruleOf(name, route)]),
);
/** What is not in the table: figures for scrapers, and documents that are the same for everybody. */
const BESIDE_THE_TABLE: Rule = { counting: 'none', isEntry: false, perEmail: null };

/** `template` is the path as the router knows it, with its parameters unfilled. */
export const ruleFor = (method: string, template: string | undefined): Rule =>
  RULES.get(`${method === 'HEAD' ? 'GET' : method} ${template ?? ''}`) ?? BESIDE_THE_TABLE;
