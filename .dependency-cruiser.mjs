// The walls of the house: imports go down only, rooms of one floor do not know each other, and what is dangerous or
// exchangeable has one place. docs/architecture.md shows the same as a picture.

import { resolve } from 'node:path';

const api = (...rooms) => `^apps/api/src/(${rooms.join('|')})(/|$)`;
/** Floors from top to bottom; rooms of one floor are strangers. */
const FLOORS = [
  ['compat', 'scaling', 'recovery', 'alerts', 'docs'],
  ['chat'],
  ['usage', 'files', 'providers', 'auth'],
  ['cluster', 'cache', 'limits'],
  ['engine', 'database', 'http'],
  ['metrics', 'common', 'config'],
];

const noWayUp = FLOORS.slice(1).map((rooms, index) => ({
  name: `no-way-up-from-${rooms[0]}`,
  comment: 'A lower floor does not know what is built on it.',
  severity: 'error',
  from: { path: api(...rooms) },
  to: { path: api(...FLOORS.slice(0, index + 1).flat()) },
}));

const strangers = FLOORS.filter((rooms) => rooms.length > 1)
  // common, config and metrics are one ground that everything stands on.
  .slice(0, -1)
  .flatMap((rooms) =>
    rooms.map((room) => ({
      name: `${room}-has-no-neighbours`,
      comment: 'Rooms of one floor do not know each other; what both need lies one floor down.',
      severity: 'error',
      from: { path: api(room), pathNot: '\\.spec\\.ts$' },
      to: { path: api(...rooms.filter((other) => other !== room)) },
    })),
  );

const only = (name, comment, target, allowed) => ({
  name,
  comment,
  severity: 'error',
  from: { path: '^(apps|libs|tools)/', pathNot: allowed },
  to: { path: target },
});

export default {
  forbidden: [
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    ...noWayUp,
    ...strangers,
    {
      name: 'roof-is-for-main',
      comment: 'app.ts and app.module.ts compose; nothing below them imports them.',
      severity: 'error',
      from: { path: '^apps/api/src/[^/]+/' },
      to: { path: '^apps/api/src/(app|app\\.module|main)\\.ts$' },
    },
    only(
      'prom-client-in-metrics',
      'Every metric is in one place.',
      'node_modules/prom-client/',
      '^apps/api/src/metrics/',
    ),
    only(
      'watchers-in-metrics',
      'Who watches is known in one place; the rooms speak of figures, steps and errors in their own words.',
      'node_modules/(@opentelemetry|@sentry)/',
      '^apps/api/src/metrics/',
    ),
    only(
      'ioredis-in-engine-and-cache',
      'Redis is a driver.',
      'node_modules/ioredis/',
      '^(libs/engine|apps/api/src/cache)/',
    ),
    only('typeorm-in-api', 'SQL lives beside the table it owns.', 'node_modules/typeorm/', '^(apps/api|tools)/'),
    only(
      'http-exceptions-at-the-edge',
      'Below the edge there are codes, not statuses.',
      'node_modules/fastify/',
      '^(apps/api/(src/(http|metrics|recovery|auth|chat|compat|files|docs|limits)/|test/)|tools/)',
    ),
    {
      name: 'contracts-import-zod-only',
      severity: 'error',
      from: { path: '^libs/contracts/src', pathNot: '\\.spec\\.ts$' },
      to: { pathNot: '^(libs/contracts/src|node_modules/zod)' },
    },
    {
      name: 'engine-knows-no-framework',
      severity: 'error',
      from: { path: '^libs/engine/src' },
      to: { path: 'node_modules/(@nestjs|typeorm|pg)/|^apps/|^libs/(contracts|chat-client)' },
    },
    {
      name: 'chat-client-knows-contracts-only',
      severity: 'error',
      from: { path: '^libs/chat-client/src', pathNot: '\\.spec\\.ts$' },
      to: { path: 'node_modules/(react|next|@nestjs)/|^apps/|^libs/engine' },
    },
    { name: 'apps-are-islands-api', severity: 'error', from: { path: '^apps/api/' }, to: { path: '^apps/(web|e2e)/' } },
    { name: 'apps-are-islands-web', severity: 'error', from: { path: '^apps/web/' }, to: { path: '^apps/(api|e2e)/' } },
    {
      name: 'web-features-are-strangers',
      comment: 'Features share through components and lib.',
      severity: 'error',
      from: { path: '^apps/web/src/features/([^/]+)/' },
      to: { path: '^apps/web/src/features/', pathNot: '^apps/web/src/features/$1/' },
    },
    {
      name: 'web-lower-floors-know-no-feature',
      severity: 'error',
      from: { path: '^apps/web/src/(components|lib)/' },
      to: { path: '^apps/web/src/(features|app)/' },
    },
    {
      name: 'no-test-in-the-product',
      severity: 'error',
      from: { path: '^(apps/(api|web)|libs/[^/]+)/src/', pathNot: '\\.spec\\.tsx?$' },
      to: { path: '\\.spec\\.tsx?$|^apps/api/test/|^tools/' },
    },
    {
      name: 'declared-packages-only',
      severity: 'error',
      from: {
        path: '^(apps|libs)/',
        pathNot: '\\.spec\\.tsx?$|^apps/[^/]+/(test/|[^/]+\\.mjs$)|^apps/api/src/database/embedded',
      },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|\\.next|coverage)/' },
    combinedDependencies: false,
    tsPreCompilationDeps: true,
    // @chatbox/* is followed to the sources, also where nothing is built.
    tsConfig: { fileName: resolve(import.meta.dirname, 'tools/check/walls.tsconfig.json') },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
