'use client';

import type { Person, Role } from '@chatbox/contracts';
import { useState } from 'react';
import { ConfirmDialog } from '@/components/confirm-dialog';
import { Field } from '@/components/ui/field';
import { Select } from '@/components/ui/select';
import { useMe } from '@/lib/me';
import { changeableBy, ROLE_SAYS } from '@/lib/rights';
import { useActOn } from './queries';
import { nameOf } from './say-person';

const EFFECT: Record<Role, string> = {
  owner: 'can change everything on this server, also other owners and the settings.',
  admin: 'can manage people, model connections and keys, and read the audit log.',
  member: 'can chat and make keys.',
  viewer: 'can read their conversations and write nothing.',
};

/** A role counts within a second, so it is asked for first. */
export function RoleField({ person }: { person: Person }) {
  const { data: me } = useMe();
  const act = useActOn(person);
  const [wanted, setWanted] = useState<Role | null>(null);
  const roles = changeableBy(me?.role);
  const isFixed = me?.id === person.id || !roles.includes(person.role);
  if (isFixed) {
    return (
      <p>
        <span className="font-medium">Role</span>{' '}
        <span className="text-muted-foreground">{ROLE_SAYS[person.role]}</span>
      </p>
    );
  }
  return (
    <>
      <Field label="Role" className="max-w-60">
        {(wiring) => (
          <Select {...wiring} value={person.role} onChange={(event) => setWanted(event.target.value as Role)}>
            {roles.map((role) => (
              <option key={role} value={role}>
                {ROLE_SAYS[role]}
              </option>
            ))}
          </Select>
        )}
      </Field>
      {wanted ? (
        <ConfirmDialog
          title={`Change ${nameOf(person)} from ${ROLE_SAYS[person.role].toLowerCase()} to ${ROLE_SAYS[wanted].toLowerCase()}?`}
          effect={`Within a second, ${nameOf(person)} ${EFFECT[wanted]} Keys of theirs never do more than that.`}
          action="Change the role"
          isPending={act.isPending}
          error={act.error}
          onConfirm={() => act.mutate({ what: 'role', role: wanted }, { onSuccess: () => setWanted(null) })}
          onClose={() => {
            act.reset();
            setWanted(null);
          }}
        />
      ) : null}
    </>
  );
}
