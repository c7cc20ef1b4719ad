import { roleMay, scopesAllow } from '@chatbox/contracts';
import type { Identity } from '../../common/identity.ts';

/** The decision, for every door: what the role may do and, where a key asks, what the key was given. */
export const allows = ({ role, key }: Identity, resource: string, action: string): boolean =>
  roleMay(role, resource, action) && (key === undefined || scopesAllow(key.scopes, resource, action));
