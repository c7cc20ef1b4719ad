import type { Alert } from '@chatbox/contracts';
import { OctagonAlert, TriangleAlert } from 'lucide-react';
import { Badge } from '@/components/ui/badge';

const LOOKS = {
  critical: { icon: OctagonAlert, tone: 'danger', word: 'Critical' },
  warning: { icon: TriangleAlert, tone: 'warning', word: 'Warning' },
} as const;

export function Severity({ of }: { of: Alert['severity'] }) {
  const { icon: Icon, tone, word } = LOOKS[of];
  return (
    <Badge tone={tone}>
      <Icon aria-hidden />
      {word}
    </Badge>
  );
}
