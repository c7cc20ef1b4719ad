'use client';

import { WifiOff } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Spinner } from '@/components/ui/spinner';

export type ConnectionStatus = 'online' | 'polling' | 'connecting' | 'reconnecting' | 'offline' | 'ended' | 'read-only';

const PATIENCE_MS = 1200;

const SAYS: Partial<Record<ConnectionStatus, string>> = {
  reconnecting: 'Reconnecting. What you see stays, and what you send will wait.',
  offline: 'You are offline. Messages wait here and go out when the network is back.',
  'read-only': 'Read only for a moment: conversations can be read, new messages wait.',
};

/** Nothing while all is well. Lies over the page's edge, so that coming and going moves nothing. */
export function ConnectionLine({ status }: { status: ConnectionStatus }) {
  const said = SAYS[status];
  const isTrouble = said !== undefined;
  const [isShown, setShown] = useState(false);
  useEffect(() => {
    if (!isTrouble) {
      setShown(false);
      return;
    }
    // A reconnect that takes a moment is nobody's business.
    const timer = setTimeout(() => setShown(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [isTrouble]);

  return (
    <div role="status" className="pointer-events-none absolute inset-x-0 top-full z-20 flex justify-center">
      {said && isShown ? (
        <p className="flex items-center gap-2 rounded-b-md border border-t-0 bg-warning-soft px-3 py-1 text-xs text-warning fade-in-0 animate-in">
          {status === 'reconnecting' ? <Spinner className="size-3" /> : <WifiOff aria-hidden className="size-3" />}
          {said}
        </p>
      ) : null}
    </div>
  );
}
