'use client';

import type { Person } from '@chatbox/contracts';
import { useState } from 'react';
import { ConfirmDialog } from '@/components/confirm-dialog';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { notifyFailure, notifyUndoable } from '@/lib/notify';
import { sayProblem } from '@/lib/problem';
import { type Deed, wordsOf } from './deeds';
import { useActOn } from './queries';
import { nameOf } from './say-person';

interface Props {
  deed: Deed;
  person: Person;
  onDone?: () => void;
  onClose: () => void;
}

/** Asks before a deed, and does it. What cannot be undone is asked for by the e-mail of the person. */
export function DeedDialog({ deed, person, onDone, onClose }: Props) {
  const act = useActOn(person);
  const undo = useActOn(person);
  const [typed, setTyped] = useState('');
  const { title, effect, action } = wordsOf(deed, person);
  const isFinal = deed === 'remove';

  function letInAgain(): void {
    undo.mutate({ what: 'unsuspend' }, { onError: (error) => void notifyFailure(sayProblem(error)) });
  }

  async function onConfirm(): Promise<void> {
    await act.mutateAsync({ what: deed }).then(
      () => {
        if (deed === 'suspend') {
          void notifyUndoable(`${nameOf(person)} is suspended`, { label: 'Undo', onClick: letInAgain });
        }
        onClose();
        onDone?.();
      },
      () => undefined,
    );
  }

  return (
    <ConfirmDialog
      title={title}
      effect={effect}
      action={action}
      isPending={act.isPending}
      isReady={!isFinal || typed.trim().toLowerCase() === person.email.toLowerCase()}
      error={act.error}
      onConfirm={() => void onConfirm()}
      onClose={onClose}
    >
      {isFinal ? (
        <Field label="E-mail of this person, to be sure">
          {(wiring) => (
            <Input
              {...wiring}
              value={typed}
              autoComplete="off"
              placeholder={person.email}
              onChange={(event) => setTyped(event.target.value)}
            />
          )}
        </Field>
      ) : null}
    </ConfirmDialog>
  );
}
