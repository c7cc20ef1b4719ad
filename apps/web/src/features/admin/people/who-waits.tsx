'use client';

import { Button } from '@/components/ui/button';
import { Notice } from '@/components/ui/notice';
import { usePlace } from '@/lib/use-place';
import { usePeople } from './queries';
import { nameOf } from './say-person';

/** Says who has registered and cannot come in yet, also when the table is sorted or filtered another way. */
export function WhoWaits() {
  const [read, write] = usePlace();
  const { data } = usePeople({ status: 'pending', sort: 'createdAt', order: 'asc' });
  const [first, ...others] = data?.pages[0]?.items ?? [];
  if (!first || read('status') === 'pending') return null;
  const andOthers = data?.pages[0]?.nextCursor
    ? ' and many others'
    : others.length > 0
      ? ` and ${others.length} more`
      : '';
  return (
    <Notice
      tone="warning"
      action={
        <Button variant="secondary" size="sm" onClick={() => write({ status: 'pending', search: '', role: '' })}>
          Show who waits
        </Button>
      }
    >
      {nameOf(first)}
      {andOthers} {andOthers ? 'wait' : 'waits'} for approval.
    </Notice>
  );
}
