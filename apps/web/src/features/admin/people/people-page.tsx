'use client';

import { UserPlus } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { useMe } from '@/lib/me';
import { roleMay } from '@/lib/rights';
import { Invitations } from '../invitations/invitations';
import { InviteDialog } from '../invitations/invite-dialog';
import { PeopleTable } from './people-table';
import { WhoWaits } from './who-waits';

export function PeoplePage() {
  const { data: me } = useMe();
  const [isInviting, setInviting] = useState(false);
  return (
    <div className="flex flex-col gap-10">
      <div className="flex flex-col gap-6">
        <div className="flex items-center justify-between gap-4">
          <h1 className="text-xl font-semibold tracking-tight">People</h1>
          {roleMay(me?.role, 'invitations.write') ? (
            <Button size="sm" className="touch-target" onClick={() => setInviting(true)}>
              <UserPlus />
              Invite
            </Button>
          ) : null}
        </div>
        {roleMay(me?.role, 'people.approve') ? <WhoWaits /> : null}
        <PeopleTable />
      </div>
      {roleMay(me?.role, 'invitations.read') ? <Invitations /> : null}
      {isInviting ? <InviteDialog onClose={() => setInviting(false)} /> : null}
    </div>
  );
}
