import { Button } from '@/components/ui/button';
import { Notice } from '@/components/ui/notice';
import { Skeleton } from '@/components/ui/skeleton';
import { sayProblem } from '@/lib/problem';

export function WaitingRows({ what, rows = 2 }: { what: string; rows?: number }) {
  return (
    <div role="status" className="divide-y rounded-lg border bg-raised">
      <span className="sr-only">Loading {what}</span>
      {Array.from({ length: rows }, (_, row) => row).map((row) => (
        <div key={row} className="flex h-16 flex-col justify-center gap-2 px-4">
          <Skeleton className="h-3.5 w-40" />
          <Skeleton className="h-3 w-64 max-w-full" />
        </div>
      ))}
    </div>
  );
}

export function FailedRows({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  return (
    <Notice
      tone="danger"
      action={
        <Button variant="secondary" size="sm" onClick={onRetry}>
          Try again
        </Button>
      }
    >
      {sayProblem(error)}
    </Notice>
  );
}
