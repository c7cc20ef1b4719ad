'use client';

import type { User } from '@chatbox/contracts';
import { lazyMenu } from '@/components/lazy-menu';
import { Button } from '@/components/ui/button';
import { Skeleton } from '@/components/ui/skeleton';
import { useMe } from '@/lib/me';

const UserMenuList = lazyMenu<{ me: User; onShortcuts: () => void }>(() =>
  import('./user-menu-list').then((module) => module.UserMenuList),
);

export function UserMenu({ onShortcuts }: { onShortcuts: () => void }) {
  const { data: me } = useMe();
  if (!me) {
    return (
      <div className="flex h-12 items-center gap-2.5 px-2.5">
        <Skeleton className="size-7 rounded-full" />
        <Skeleton className="h-3.5 w-24" />
      </div>
    );
  }
  const name = me.name ?? me.email;
  return (
    <UserMenuList
      me={me}
      onShortcuts={onShortcuts}
      trigger={
        <Button variant="ghost" className="h-12 w-full justify-start gap-2.5 px-2.5" aria-label={`Account: ${name}`}>
          <span
            aria-hidden
            className="grid size-7 shrink-0 place-items-center rounded-full bg-accent-soft text-xs font-semibold text-text uppercase"
          >
            {name.slice(0, 1)}
          </span>
          <span className="truncate font-normal">{name}</span>
        </Button>
      }
    />
  );
}
