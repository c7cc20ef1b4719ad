'use client';

import Link from 'next/link';
import type { ReactNode } from 'react';
import { FailedRows } from '@/components/rows';
import { Button } from '@/components/ui/button';
import { Notice } from '@/components/ui/notice';
import { Skeleton } from '@/components/ui/skeleton';
import { useMe } from '@/lib/me';
import { type RightName, roleMay } from '@/lib/rights';

/** Asks for nothing in the name of somebody who would only be refused. */
export function ForAdministrators({ right, children }: { right: RightName; children: ReactNode }) {
  const { data: me, error, refetch } = useMe();
  if (error && !me) return <FailedRows error={error} onRetry={() => void refetch()} />;
  if (!me) return <Skeleton className="h-64 rounded-lg" />;
  if (roleMay(me.role, right)) return children;
  return (
    <Notice
      action={
        <Button asChild variant="secondary" size="sm" className="touch-target">
          <Link href="/">Back to the chat</Link>
        </Button>
      }
    >
      This page is for administrators. Ask an owner of this server if you need it.
    </Notice>
  );
}
