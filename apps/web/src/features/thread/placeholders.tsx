import Link from 'next/link';
import { Button } from '@/components/ui/button';
import { Skeleton } from '@/components/ui/skeleton';

export function ThreadSkeleton() {
  return (
    <div role="status" aria-label="Loading messages" className="flex flex-col gap-8">
      <Skeleton className="h-11 w-2/5 self-end rounded-xl" />
      <div className="flex flex-col gap-3">
        <Skeleton className="h-4 w-11/12" />
        <Skeleton className="h-4 w-full" />
        <Skeleton className="h-4 w-3/5" />
      </div>
    </div>
  );
}

export function Missing() {
  return (
    <div className="m-auto max-w-sm text-center">
      <p className="text-base font-medium">This conversation is not here</p>
      <p className="mt-1 text-muted-foreground">It was deleted, or it belongs to another account.</p>
      <Button asChild className="mt-4">
        <Link href="/">Start a new chat</Link>
      </Button>
    </div>
  );
}
