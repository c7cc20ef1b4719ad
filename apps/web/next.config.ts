import { mayChange, RIGHTS, ROLES, ROUTES, scopesOf } from '@chatbox/contracts';
import type { NextConfig } from 'next';

/** Method and path of every route, without the schemas: the browser needs no validator to make a call. */
const routeTable = Object.fromEntries(
  Object.entries(ROUTES).map(([name, route]) => [name, [route.method, route.path]]),
);

/** What the page shows to whom, without the schemas too. The API decides by the same table. */
const rightsTable = Object.fromEntries(
  ROLES.map((role) => [
    role,
    {
      may: Object.entries(RIGHTS).flatMap(([resource, actions]) =>
        Object.entries(actions)
          .filter(([, { roles }]) => (roles as readonly string[]).includes(role))
          .map(([action]) => `${resource}.${action}`),
      ),
      changes: ROLES.filter((other) => mayChange(role, other)),
      scopes: scopesOf(role),
    },
  ]),
);

const config: NextConfig = {
  poweredByHeader: false,
  reactStrictMode: true,
  agentRules: false,
  images: { unoptimized: true },
  env: { ROUTE_TABLE: JSON.stringify(routeTable), RIGHTS_TABLE: JSON.stringify(rightsTable) },
  devIndicators: false,
  turbopack: {
    // Streamdown imports the parser of HTML that is never used here, which is a third of all that draws an answer.
    resolveAlias: { 'rehype-raw': './src/features/thread/markdown/no-raw.ts' },
  },
  experimental: { optimizePackageImports: ['radix-ui', 'lucide-react', 'cmdk'] },
};

export default config;
