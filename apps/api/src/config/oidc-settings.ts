import { ROLES, type Role } from '@chatbox/contracts';

/** Roles that a provider can give, the highest first. An owner is made and unmade here. */
export type GivenRole = Exclude<Role, 'owner'>;
const GIVEN_ROLES = ROLES.filter((role) => role !== 'owner');

/** `value=role,value=role` as a map; null when it is not that. */
export const roleMapOf = (text: string): ReadonlyMap<string, GivenRole> | null => {
  const map = new Map<string, GivenRole>();
  for (const entry of text.split(',')) {
    // A value may contain "=", as distinguished names do; a role does not.
    const at = entry.lastIndexOf('=');
    const role = GIVEN_ROLES.find((name) => name === entry.slice(at + 1).trim());
    const value = entry.slice(0, Math.max(at, 0)).trim();
    if (role === undefined || value === '') return null;
    map.set(value, role);
  }
  return map;
};

/** The highest role of any of the values; what is under `*` where none is listed; null where there is no such entry. */
export const highestRole = (map: ReadonlyMap<string, GivenRole>, values: readonly string[]): GivenRole | null => {
  const roles = new Set(values.map((value) => map.get(value)));
  return GIVEN_ROLES.find((role) => roles.has(role)) ?? map.get('*') ?? null;
};

const HERE = new Set(['localhost', '127.0.0.1', '[::1]']);
export const isEncryptedOrHere = (address: string): boolean => {
  const url = URL.parse(address);
  return url !== null && (url.protocol === 'https:' || HERE.has(url.hostname));
};
