import { CircleAlert, CircleCheck, Info, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { cn } from '@/lib/cn';

const TONES = {
  info: { icon: Info, box: 'bg-hover', mark: 'text-muted-foreground' },
  success: { icon: CircleCheck, box: 'bg-success-soft', mark: 'text-success' },
  warning: { icon: TriangleAlert, box: 'bg-warning-soft', mark: 'text-warning' },
  danger: { icon: CircleAlert, box: 'bg-danger-soft', mark: 'text-danger' },
} as const;

/** Says what happened where it happened, with what to do about it. */
export function Notice({
  tone = 'info',
  action,
  className,
  children,
}: {
  tone?: keyof typeof TONES;
  action?: ReactNode;
  className?: string;
  children: ReactNode;
}) {
  const { icon: Icon, box, mark } = TONES[tone];
  return (
    <div
      role={tone === 'danger' ? 'alert' : 'status'}
      className={cn('flex items-start gap-2.5 rounded-md px-3 py-2.5', box, className)}
    >
      <Icon aria-hidden className={cn('mt-0.5 size-4 shrink-0', mark)} />
      <div className="min-w-0 flex-1 text-text">{children}</div>
      {action}
    </div>
  );
}
