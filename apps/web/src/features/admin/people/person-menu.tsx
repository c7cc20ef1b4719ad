'use client';

import type { Person } from '@chatbox/contracts';
import { Ellipsis, KeyRound, Link2, LogOut, Trash2, UserRoundCheck, UserRoundX } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from '@/components/ui/dropdown-menu';
import { useMe } from '@/lib/me';
import { notifyFailure } from '@/lib/notify';
import { sayProblem } from '@/lib/problem';
import { changeableBy, roleMay } from '@/lib/rights';
import { DeedDialog } from './deed-dialog';
import type { Deed } from './deeds';
import { type Act, useActOn } from './queries';
import { ResetLinkDialog } from './reset-link-dialog';
import { nameOf } from './say-person';

/** Everything that can be done to a person, as far as the own role goes; nothing for oneself. */
export function PersonMenu({ person, onRemoved }: { person: Person; onRemoved?: () => void }) {
  const { data: me } = useMe();
  const act = useActOn(person);
  const [deed, setDeed] = useState<Deed | null>(null);
  const [isLinking, setLinking] = useState(false);
  if (!me || me.id === person.id || !changeableBy(me.role).includes(person.role)) return null;
  const now = (what: 'approve' | 'unsuspend'): void => {
    const asked: Act = { what };
    act.mutate(asked, { onError: (error) => void notifyFailure(sayProblem(error)) });
  };
  const done = deed === 'remove' ? onRemoved : undefined;
  return (
    <>
      <DropdownMenu>
        <DropdownMenuTrigger asChild>
          <Button variant="quiet" size="icon" aria-label={`Actions for ${nameOf(person)}`}>
            <Ellipsis />
          </Button>
        </DropdownMenuTrigger>
        <DropdownMenuContent align="end">
          {person.status === 'pending' ? (
            <DropdownMenuItem onSelect={() => now('approve')}>
              <UserRoundCheck />
              Approve
            </DropdownMenuItem>
          ) : null}
          {person.status === 'suspended' ? (
            <DropdownMenuItem onSelect={() => now('unsuspend')}>
              <UserRoundCheck />
              Let in again
            </DropdownMenuItem>
          ) : (
            <DropdownMenuItem danger onSelect={() => setDeed('suspend')}>
              <UserRoundX />
              Suspend
            </DropdownMenuItem>
          )}
          <DropdownMenuItem disabled={person.sessions === 0} onSelect={() => setDeed('end_sessions')}>
            <LogOut />
            End all sessions
          </DropdownMenuItem>
          <DropdownMenuItem onSelect={() => setDeed('reset_factors')}>
            <KeyRound />
            Reset second factors
          </DropdownMenuItem>
          {roleMay(me.role, 'people.reset_link') && person.status === 'active' ? (
            <DropdownMenuItem onSelect={() => setLinking(true)}>
              <Link2 />
              Make a link for a new password
            </DropdownMenuItem>
          ) : null}
          {roleMay(me.role, 'people.delete') ? (
            <>
              <DropdownMenuSeparator />
              <DropdownMenuItem danger onSelect={() => setDeed('remove')}>
                <Trash2 />
                Remove
              </DropdownMenuItem>
            </>
          ) : null}
        </DropdownMenuContent>
      </DropdownMenu>
      {deed ? <DeedDialog deed={deed} person={person} onDone={done} onClose={() => setDeed(null)} /> : null}
      {isLinking ? <ResetLinkDialog person={person} onClose={() => setLinking(false)} /> : null}
    </>
  );
}
