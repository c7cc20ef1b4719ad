'use client';

import { Badge } from '@/components/ui/badge';
import { useOpenAlerts } from './queries';

/** How many alerts nobody has taken up yet; nothing where there are none. */
export function AlertCount() {
  const { data } = useOpenAlerts();
  const waiting = data?.items.filter(({ acknowledgedAt }) => acknowledgedAt === null) ?? [];
  if (waiting.length === 0) return null;
  return (
    <Badge tone={waiting.some(({ severity }) => severity === 'critical') ? 'danger' : 'warning'}>
      {waiting.length}
      <span className="sr-only"> new</span>
    </Badge>
  );
}
