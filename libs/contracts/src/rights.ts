import { z } from 'zod';
import type { Role } from './auth.ts';

/** What a key can be given. A key never does what its owner may not do. */
export const SCOPES = [
  'chat:read',
  'chat:write',
  'models:read',
  'account:read',
  'account:write',
  'admin:read',
  'admin:write',
] as const;
export const Scope = z.enum(SCOPES);
export type Scope = z.infer<typeof Scope>;

export interface Permission {
  readonly roles: readonly Role[];
  /** The scope that lets a key do it; null: every key may. */
  readonly scope: Scope | null;
}

const EVERYBODY = ['owner', 'admin', 'member', 'viewer'] as const;
const WRITERS = ['owner', 'admin', 'member'] as const;
const ADMINISTRATORS = ['owner', 'admin'] as const;
const OWNERS = ['owner'] as const;

/**
 * Who may do what: the one table that the server decides by. What is not in it, nobody may do. Rights on a person depend on the
 * person too: see `mayChange`.
 */
export const RIGHTS = {
  conversations: {
    read: { roles: EVERYBODY, scope: 'chat:read' },
    write: { roles: WRITERS, scope: 'chat:write' },
  },
  messages: { send: { roles: WRITERS, scope: 'chat:write' } },
  generations: { stop: { roles: EVERYBODY, scope: 'chat:write' } },
  models: { read: { roles: EVERYBODY, scope: 'models:read' } },
  profile: {
    read: { roles: EVERYBODY, scope: null },
    write: { roles: EVERYBODY, scope: 'account:write' },
  },
  sessions: {
    read: { roles: EVERYBODY, scope: 'account:read' },
    end: { roles: EVERYBODY, scope: 'account:write' },
  },
  keys: {
    read: { roles: EVERYBODY, scope: 'account:read' },
    revoke: { roles: EVERYBODY, scope: 'account:write' },
  },
  settings: {
    read: { roles: ADMINISTRATORS, scope: 'admin:read' },
    write: { roles: OWNERS, scope: 'admin:write' },
  },
  connections: {
    read: { roles: ADMINISTRATORS, scope: 'admin:read' },
    write: { roles: ADMINISTRATORS, scope: 'admin:write' },
  },
  invitations: {
    read: { roles: ADMINISTRATORS, scope: 'admin:read' },
    write: { roles: ADMINISTRATORS, scope: 'admin:write' },
  },
  people: {
    read: { roles: ADMINISTRATORS, scope: 'admin:read' },
    approve: { roles: ADMINISTRATORS, scope: 'admin:write' },
    suspend: { roles: ADMINISTRATORS, scope: 'admin:write' },
    set_role: { roles: ADMINISTRATORS, scope: 'admin:write' },
    end_sessions: { roles: ADMINISTRATORS, scope: 'admin:write' },
    reset_access: { roles: ADMINISTRATORS, scope: 'admin:write' },
    reset_link: { roles: OWNERS, scope: 'admin:write' },
    delete: { roles: OWNERS, scope: 'admin:write' },
  },
  all_keys: {
    read: { roles: ADMINISTRATORS, scope: 'admin:read' },
    revoke: { roles: ADMINISTRATORS, scope: 'admin:write' },
  },
  audit: { read: { roles: ADMINISTRATORS, scope: 'admin:read' } },
  alerts: {
    read: { roles: ADMINISTRATORS, scope: 'admin:read' },
    acknowledge: { roles: ADMINISTRATORS, scope: 'admin:write' },
  },
  cache: { read: { roles: ADMINISTRATORS, scope: 'admin:read' } },
  metrics: { read: { roles: ADMINISTRATORS, scope: 'admin:read' } },
  usage: { read: { roles: ADMINISTRATORS, scope: 'admin:read' } },
} as const satisfies Record<string, Record<string, Permission>>;

export type Resource = keyof typeof RIGHTS;
export type ActionOn<R extends Resource> = Extract<keyof (typeof RIGHTS)[R], string>;
/** A cell of the table, for instance `{ resource: 'people', action: 'suspend' }`. */
export type Right = { [R in Resource]: { readonly resource: R; readonly action: ActionOn<R> } }[Resource];

/** undefined for what is not in the table; names may come from outside. */
const permission = (resource: string, action: string): Permission | undefined => {
  if (!Object.hasOwn(RIGHTS, resource)) return undefined;
  const actions: Record<string, Permission> = RIGHTS[resource as Resource];
  return Object.hasOwn(actions, action) ? actions[action] : undefined;
};

export const permissionOf = (right: Right): Permission => {
  const found = permission(right.resource, right.action);
  if (!found) throw new Error('a right that is not in the table');
  return found;
};

export const roleMay = (role: Role, resource: string, action: string): boolean =>
  permission(resource, action)?.roles.includes(role) ?? false;

export const scopesAllow = (scopes: readonly Scope[], resource: string, action: string): boolean => {
  const asked = permission(resource, action);
  return asked !== undefined && (asked.scope === null || scopes.includes(asked.scope));
};

/** The right without which a scope would be an empty promise: whoever lacks it cannot give the scope to a key. */
const NEEDED: Record<Scope, Right> = {
  'chat:read': { resource: 'conversations', action: 'read' },
  'chat:write': { resource: 'messages', action: 'send' },
  'models:read': { resource: 'models', action: 'read' },
  'account:read': { resource: 'sessions', action: 'read' },
  'account:write': { resource: 'profile', action: 'write' },
  'admin:read': { resource: 'people', action: 'read' },
  'admin:write': { resource: 'people', action: 'suspend' },
};
export const scopesOf = (role: Role): Scope[] =>
  SCOPES.filter((scope) => roleMay(role, NEEDED[scope].resource, NEEDED[scope].action));

/** Whether somebody may act on a person of this role, or give it: an owner on all, an administrator on members and viewers. */
export const mayChange = (actor: Role, target: Role): boolean =>
  actor === 'owner' || (actor === 'admin' && (target === 'member' || target === 'viewer'));
