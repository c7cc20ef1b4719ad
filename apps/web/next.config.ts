import { ROUTES } from '@chatbox/contracts';
import type { NextConfig } from 'next';

/** Method and path of every route, without the schemas: the browser needs no validator to make a call. */
const routeTable = Object.fromEntries(
  Object.entries(ROUTES).map(([name, route]) => [name, [route.method, route.path]]),
);

const config: NextConfig = {
  poweredByHeader: false,
  reactStrictMode: true,
  agentRules: false,
  images: { unoptimized: true },
  env: { ROUTE_TABLE: JSON.stringify(routeTable) },
  devIndicators: false,
  experimental: { optimizePackageImports: ['radix-ui', 'lucide-react', 'cmdk'] },
};

export default config;
