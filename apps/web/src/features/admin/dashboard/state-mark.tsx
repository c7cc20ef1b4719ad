import type { WidgetState } from '@chatbox/contracts';
import { CircleCheck, OctagonAlert, TriangleAlert } from 'lucide-react';
import { Badge } from '@/components/ui/badge';
import { STATE_SAYS } from './say-widget';

const MARKS = {
  ok: { icon: CircleCheck, tone: 'success' },
  warning: { icon: TriangleAlert, tone: 'warning' },
  critical: { icon: OctagonAlert, tone: 'danger' },
} as const;

/** The state as a shape, a word and a colour. */
export function StateMark({ state, title }: { state: WidgetState | null; title: string | null }) {
  if (state === null) return null;
  const { icon: Icon, tone } = MARKS[state];
  return (
    <Badge tone={tone} {...(title === null ? {} : { title })}>
      <Icon aria-hidden />
      {STATE_SAYS[state]}
    </Badge>
  );
}
