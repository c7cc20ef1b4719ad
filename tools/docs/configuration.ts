import { z } from 'zod';
import { ConfigSchema, type ConfigValues } from '../../apps/api/src/config/config.ts';

interface Described {
  type?: string;
  enum?: string[];
  description?: string;
  minimum?: number;
  maximum?: number;
  format?: string;
  secret?: boolean;
}

/** docs/configuration.md, from the one schema. */
export const configurationPage = (): string => {
  const { properties = {} } = z.toJSONSchema(ConfigSchema, { io: 'input', unrepresentable: 'any' });
  const rows = Object.entries(properties).map(([name, property]) => row(name, property as Described));
  return `# Configuration

Made from the schema in apps/api/src/config/config.ts by \`npm run docs\`; change it there.

Settings are read from the environment once, at the start. A wrong one stops the start with every wrong name listed, never a
value. An empty one counts as not given. The value of a secret (🔒) may come from a file: \`NAME_FILE=/run/secrets/name\`.
Secrets that are made at the first run are kept in \`DATA_DIR/secrets.json\`, readable for the user of the service only: without
\`MASTER_KEY\` the stored provider keys cannot be read any more.

| name | what it does | value | default |
|---|---|---|---|
${rows.join('\n')}

\`npm start\` listens on \`HOST\` and \`PORT\` with its gateway and gives the API a port of its own. There, \`HOST\` not given means
this machine only, over IPv4 and IPv6. \`TRUSTED_PROXIES\` then names proxies in front of the gateway; not given, there is none.
`;
};

const row = (name: string, property: Described): string =>
  `| \`${name}\`${property.secret ? ' 🔒' : ''} | ${property.description ?? ''} | ${allowedOf(property, defaultOf(name))} | ${shown(defaultOf(name))} |`;

const allowedOf = ({ type, enum: names, format, minimum, maximum }: Described, fallback: unknown): string => {
  if (names) return names.map((name) => `\`${name}\``).join(', ');
  if (format === 'uri') return 'URL';
  if (type !== 'number' && type !== 'integer') return typeof fallback === 'boolean' ? '`true`, `false`' : 'text';
  const largest = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER ? ` to ${maximum}` : '';
  return minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER && largest ? `${minimum}${largest}` : 'number';
};

/** What a setting is when it is not given: asked of the schema, which may compute it. */
const defaultOf = (name: string): unknown => ConfigSchema.shape[name as keyof ConfigValues].safeParse(undefined).data;
const shown = (value: unknown): string => (value === undefined ? '' : `\`${value}\``);
