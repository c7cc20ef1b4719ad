import type { Generation } from '@chatbox/contracts';
import { CircleStop, RotateCcw, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from '@/components/ui/button';

/** How an answer ended, when it did not simply complete: what happened, whose turn it is, and the button. */
export function Ended({ generation, onRetry }: { generation: Generation; onRetry: () => void }) {
  const { status, error } = generation;
  if (status === 'stopped') {
    return (
      <Line icon={<CircleStop aria-hidden className="text-muted-foreground" />}>
        <span className="text-muted-foreground">This answer was stopped.</span>
      </Line>
    );
  }
  if (status === 'interrupted') {
    return (
      <Line icon={<TriangleAlert aria-hidden className="text-warning" />} onRetry={onRetry}>
        {sentence(error?.detail ?? 'The answer was interrupted, and this model cannot continue it')}
      </Line>
    );
  }
  if (status === 'failed') {
    return (
      <Line icon={<TriangleAlert aria-hidden className="text-danger" />} onRetry={onRetry} isAlert>
        {sentence(error?.detail ?? 'The model did not answer')} {error && !error.retry ? ADVICE[error.code] : null}
      </Line>
    );
  }
  return null;
}

const ADVICE: Partial<Record<NonNullable<Generation['error']>['code'], string>> = {
  'provider.bad_key': 'Whoever runs this server can correct the key under Settings, Models.',
  'provider.quota': 'Choose another model, or ask whoever runs this server.',
  'provider.context_too_long': 'Edit a message to make it shorter, or start a new chat.',
  'provider.model_unknown': 'Choose another model.',
  'provider.refused': 'Edit the message, or choose another model.',
};

const sentence = (text: string): string => (/[.?!]$/.test(text) ? text : `${text}.`);

function Line({
  icon,
  onRetry,
  isAlert = false,
  children,
}: {
  icon: ReactNode;
  onRetry?: () => void;
  isAlert?: boolean;
  children: ReactNode;
}) {
  return (
    <div
      role={isAlert ? 'alert' : undefined}
      className="mt-3 flex flex-wrap items-center gap-x-2.5 gap-y-2 text-sm [&>svg]:size-4 [&>svg]:shrink-0"
    >
      {icon}
      <p className="min-w-0 flex-1 wrap-anywhere">{children}</p>
      {onRetry ? (
        <Button variant="secondary" size="sm" onClick={onRetry}>
          <RotateCcw aria-hidden /> Retry
        </Button>
      ) : null}
    </div>
  );
}
