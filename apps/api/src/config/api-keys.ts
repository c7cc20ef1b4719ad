import { SCOPES, type Scope } from '@chatbox/contracts';

export interface EnvironmentKey {
  readonly key: string;
  readonly scopes: readonly Scope[];
}

const USUAL_SCOPES: readonly Scope[] = ['chat:read', 'chat:write', 'models:read'];
/** What fits into a header and takes too long to guess. */
const KEY = /^[\w~+-]{32,200}$/;

/**
 * API_KEYS: entries separated by commas, each a key of 32 to 200 letters, digits and `_ ~ + -`, and after it, separated by spaces, the
 * scopes it is given; without any it may chat. Null where that is not what it says.
 */
export const parseEnvironmentKeys = (text: string): EnvironmentKey[] | null => {
  const entries = text
    .split(',')
    .map((entry) => entry.trim().split(/\s+/))
    .map(([key = '', ...scopes]) => ({ key, scopes: scopes.length > 0 ? scopes : [...USUAL_SCOPES] }));
  const valid = entries.every(
    ({ key, scopes }) => KEY.test(key) && scopes.every((scope) => (SCOPES as readonly string[]).includes(scope)),
  );
  return valid ? (entries as EnvironmentKey[]) : null;
};
