'use client';

import { useMe } from '@/lib/me';
import { roleMay } from '@/lib/rights';
import { Invitations } from '../invitations/invitations';
import { PeopleTable } from './people-table';

export function PeoplePage() {
  const { data: me } = useMe();
  return (
    <div className="flex flex-col gap-10">
      <div className="flex flex-col gap-6">
        <h1 className="text-xl font-semibold tracking-tight">People</h1>
        <PeopleTable />
      </div>
      {roleMay(me?.role, 'invitations.read') ? <Invitations /> : null}
    </div>
  );
}
