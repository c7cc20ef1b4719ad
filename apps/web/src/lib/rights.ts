import type { ActionOn, Resource, Role, Scope } from '@chatbox/contracts';

interface RoleRights {
  may: string[];
  changes: Role[];
  scopes: Scope[];
}
export type RightName = { [R in Resource]: `${R}.${ActionOn<R>}` }[Resource];

const TABLE = JSON.parse(process.env.RIGHTS_TABLE ?? '{}') as Partial<Record<Role, RoleRights>>;

/** Only what is worth showing; the API decides. */
export const roleMay = (role: Role | undefined, right: RightName): boolean =>
  role !== undefined && (TABLE[role]?.may.includes(right) ?? false);

/** Roles of the people somebody may change, which are also the roles they may give. */
export const changeableBy = (role: Role | undefined): readonly Role[] => (role && TABLE[role]?.changes) ?? [];

/** What somebody of this role can give to a key. */
export const scopesFor = (role: Role | undefined): readonly Scope[] => (role && TABLE[role]?.scopes) ?? [];

export const ROLE_SAYS: Record<Role, string> = {
  owner: 'Owner',
  admin: 'Administrator',
  member: 'Member',
  viewer: 'Viewer',
};

export const ROLES: readonly Role[] = ['owner', 'admin', 'member', 'viewer'];
