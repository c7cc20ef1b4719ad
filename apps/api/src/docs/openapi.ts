import { Problem, permissionOf, ROUTES, type Route } from '@chatbox/contracts';
import { z } from 'zod';
import { VERSION } from '../common/version.ts';

type JsonObject = Record<string, unknown>;

export interface Operation {
  operationId: string;
  tags: string[];
  summary: string;
  description?: string;
  security: JsonObject[];
  parameters?: JsonObject[];
  requestBody?: JsonObject;
  responses: Record<string, JsonObject>;
}
export interface OpenApi {
  openapi: string;
  info: JsonObject;
  servers: JsonObject[];
  components: JsonObject;
  paths: Record<string, Record<string, Operation>>;
}

/** OpenAPI 3.1 of every route of the contracts; https://spec.openapis.org/oas/v3.1.1 */
export const openApi = (): OpenApi => {
  const paths: OpenApi['paths'] = {};
  for (const [name, route] of Object.entries<Route>(ROUTES)) {
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(name, route) };
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Chatbox',
      version: VERSION,
      description: 'Errors are problem details (RFC 9457) with a stable code. The socket protocol is described apart.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    components: {
      securitySchemes: {
        accessToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        key: { type: 'apiKey', in: 'header', name: 'x-api-key', description: 'Programs; also as a bearer token' },
        session: { type: 'apiKey', in: 'cookie', name: 'chatbox_access', description: 'Browsers; set at sign-in' },
      },
      schemas: { Problem: schemaOf(Problem, 'output') },
    },
    paths,
  };
};

const operationOf = (name: string, route: Route): Operation => ({
  operationId: name.replace('.', '_'),
  tags: [name.split('.', 1)[0] ?? name],
  summary: route.summary,
  ...withRight(route),
  security: securityOf(route),
  ...withParameters(route),
  ...(route.body ? { requestBody: { required: true, content: contentOf(route, schemaOf(route.body, 'input')) } } : {}),
  responses: {
    [route.status]: {
      description: route.status === 204 ? 'Done' : 'The answer',
      ...(route.events ? { content: { 'text/event-stream': { schema: { type: 'string' } } } } : {}),
      ...(route.download ? { content: { [route.download]: { schema: { type: 'string' } } } } : {}),
      ...(route.response ? { content: json(schemaOf(route.response, 'output')) } : {}),
    },
    default: {
      description: 'Why not',
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
    },
  },
});

const contentOf = ({ form }: Route, schema: JsonObject): JsonObject =>
  form ? { 'application/x-www-form-urlencoded': { schema } } : json(schema);

const securityOf = ({ access }: Route): JsonObject[] => {
  if (access === 'public') return [];
  const ways = [{ accessToken: [] }, { session: [] }];
  return typeof access === 'object' ? [...ways, { key: [] }] : ways;
};

/** Who may ask: the roles, and what a key must have been given. */
const withRight = ({ access }: Route): { description?: string } => {
  if (access === 'public') return {};
  if (access === 'user') return { description: 'Any person with a session; no key.' };
  const { roles, scope } = permissionOf(access);
  return { description: `Roles: ${roles.join(', ')}. A key: ${scope ? `with the scope ${scope}` : 'any'}.` };
};

const withParameters = (route: Route): { parameters?: JsonObject[] } => {
  const inPath = [...route.path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string', format: 'uuid' },
  }));
  const inHeader =
    route.method === 'POST' && route.access !== 'public' && route.path.startsWith('/api/v1/') ? [IDEMPOTENCY_KEY] : [];
  const query = route.query ? (schemaOf(route.query, 'input') as { properties?: Record<string, JsonObject> }) : {};
  const inQuery = Object.entries(query.properties ?? {}).map(([name, schema]) => ({ name, in: 'query', schema }));
  const parameters = [...inPath, ...inQuery, ...inHeader];
  return parameters.length > 0 ? { parameters } : {};
};

const IDEMPOTENCY_KEY: JsonObject = {
  name: 'Idempotency-Key',
  in: 'header',
  description:
    'Chosen by the caller. The same request with the same key within 24 hours is answered the same, and done once.',
  schema: { type: 'string', maxLength: 200 },
};

const json = (schema: JsonObject): JsonObject => ({ 'application/json': { schema } });

const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): JsonObject => {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
};
