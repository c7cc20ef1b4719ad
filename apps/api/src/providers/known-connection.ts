import type { Connection, ProviderKind } from '@chatbox/contracts';
import type { Config } from '../config/config.ts';
import { ANTHROPIC_URL } from './anthropic/anthropic.ts';
import { cleanBaseUrl } from './base-url.ts';
import { OPENAI_URL } from './openai/openai.ts';
import type { Target } from './provider.ts';

/** A connection as a person sees it, and the way to use it. */
export interface KnownConnection {
  connection: Connection;
  /** Changes whenever the connection does: what was read through an older one is forgotten. */
  version: string;
  /** Where it goes, also where the vendor's own address was left out. */
  baseUrl: string;
  /** Decrypts the key; call it for the request and keep nothing. Fails with provider.bad_key. */
  target(): Target;
}

export const vendorUrl = (kind: ProviderKind): string => (kind === 'anthropic' ? ANTHROPIC_URL : OPENAI_URL);

/** The connections that settings of the process make. A base URL is enough: servers of one's own often want no key. */
export const connectionsOfEnvironment = (config: Config): KnownConnection[] => [
  ...fixed('openai', 'OpenAI', config.OPENAI_API_KEY, config.OPENAI_BASE_URL),
  ...fixed('anthropic', 'Anthropic', config.ANTHROPIC_API_KEY, config.ANTHROPIC_BASE_URL),
];

/** Of a short key four characters would be too much of it. */
export const hintOf = (key: string): string | null => (key.length < 16 ? null : key.slice(-4));

const fixed = (
  kind: 'openai' | 'anthropic',
  vendor: string,
  key: string | undefined,
  given: string | undefined,
): KnownConnection[] => {
  if (key === undefined && given === undefined) return [];
  const baseUrl = given === undefined ? undefined : cleanBaseUrl(given);
  return [
    {
      connection: {
        id: kind,
        slug: kind,
        name: baseUrl === undefined || baseUrl === vendorUrl(kind) ? vendor : new URL(baseUrl).host,
        kind,
        baseUrl: baseUrl ?? null,
        hasKey: key !== undefined,
        keyHint: key === undefined ? null : hintOf(key),
        origin: 'environment',
        enabled: true,
        createdAt: null,
      },
      version: 'environment',
      baseUrl: baseUrl ?? vendorUrl(kind),
      target: () => ({ baseUrl, key }),
    },
  ];
};
