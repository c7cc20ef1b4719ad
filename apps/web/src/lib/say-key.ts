import type { ApiKey, Scope } from '@chatbox/contracts';
import { sayAgo, sayDay } from './say';

export const SCOPE_SAYS: Record<Scope, string> = {
  'chat:read': 'Read conversations',
  'chat:write': 'Send messages and change conversations',
  'models:read': 'List models',
  'account:read': 'Read the own account',
  'account:write': 'Change the own account',
  'admin:read': 'Read the administration',
  'admin:write': 'Change people, connections and settings',
};

export type KeyState = 'works' | 'revoked' | 'expired';

export function stateOfKey({ revokedAt, expiresAt }: ApiKey, now = Date.now()): KeyState {
  if (revokedAt) return 'revoked';
  return expiresAt && new Date(expiresAt).getTime() <= now ? 'expired' : 'works';
}

export const sayLastUse = ({ lastUsedAt, lastAddress }: ApiKey): string =>
  lastUsedAt
    ? [`used ${sayAgo(lastUsedAt)}`, lastAddress && `from ${lastAddress}`].filter(Boolean).join(' ')
    : 'never used';

export function sayEnd(key: ApiKey): string {
  if (key.revokedAt) return `revoked ${sayDay(key.revokedAt)}`;
  if (!key.expiresAt) return 'until it is revoked';
  return stateOfKey(key) === 'expired' ? `expired ${sayDay(key.expiresAt)}` : `until ${sayDay(key.expiresAt)}`;
}
