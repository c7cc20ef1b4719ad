'use client';

import dynamic from 'next/dynamic';
import { useEffect, useRef, useState } from 'react';
import { onProofNeeded } from '@/lib/fresh';

const ProofDialog = dynamic(() => import('./proof-dialog').then((module) => module.ProofDialog), { ssr: false });

/** Opens "Confirm that it is you" for any call that needs it. The call waits, and goes on with the answer. */
export function FreshProof() {
  const [isOpen, setOpen] = useState(false);
  const settle = useRef<((proven: boolean) => void) | undefined>(undefined);
  useEffect(
    () =>
      onProofNeeded(
        () =>
          new Promise((resolve) => {
            settle.current = resolve;
            setOpen(true);
          }),
      ),
    [],
  );

  function onDone(proven: boolean): void {
    setOpen(false);
    settle.current?.(proven);
  }

  return isOpen ? <ProofDialog onDone={onDone} /> : null;
}
