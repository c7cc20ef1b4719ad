'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Keyboard, LogOut, Monitor, Moon, Settings, ShieldCheck, Sun } from 'lucide-react';
import Link from 'next/link';
import { usePreferences } from '@/components/preferences';
import { Button } from '@/components/ui/button';
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuLabel,
  DropdownMenuRadioGroup,
  DropdownMenuRadioItem,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from '@/components/ui/dropdown-menu';
import { Skeleton } from '@/components/ui/skeleton';
import { apiCall } from '@/lib/api';
import { useMe } from '@/lib/me';
import { THEMES, type Theme } from '@/lib/preferences';
import { roleMay } from '@/lib/rights';

const LOOK = {
  system: { label: 'Like the system', icon: Monitor },
  light: { label: 'Light', icon: Sun },
  dark: { label: 'Dark', icon: Moon },
} as const;

export function UserMenu({ onShortcuts }: { onShortcuts: () => void }) {
  const { data: me } = useMe();
  const { preferences, change } = usePreferences();
  const client = useQueryClient();
  const leave = useMutation({
    mutationFn: () => apiCall('auth.logout'),
    onSettled: () => {
      client.clear();
      // A full load, so that nothing of this person stays in the memory of the page.
      location.assign('/login');
    },
  });

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
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button variant="ghost" className="h-12 w-full justify-start gap-2.5 px-2.5" aria-label={`Account: ${name}`}>
          <span
            aria-hidden
            className="grid size-7 shrink-0 place-items-center rounded-full bg-accent-soft text-xs font-semibold text-text uppercase"
          >
            {name.slice(0, 1)}
          </span>
          <span className="truncate font-normal">{name}</span>
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="start" side="top" className="w-60">
        <DropdownMenuLabel className="truncate">{me.email}</DropdownMenuLabel>
        <DropdownMenuItem asChild>
          <Link href="/settings/profile">
            <Settings />
            Settings
          </Link>
        </DropdownMenuItem>
        {roleMay(me.role, 'people.read') ? (
          <DropdownMenuItem asChild>
            <Link href="/admin">
              <ShieldCheck />
              Administration
            </Link>
          </DropdownMenuItem>
        ) : null}
        <DropdownMenuItem onSelect={onShortcuts}>
          <Keyboard />
          Keyboard shortcuts
        </DropdownMenuItem>
        <DropdownMenuSeparator />
        <DropdownMenuRadioGroup
          value={preferences.theme}
          onValueChange={(theme) => change({ theme: theme as Theme })}
          aria-label="Theme"
        >
          {THEMES.map((theme) => {
            const { label, icon: Icon } = LOOK[theme];
            return (
              <DropdownMenuRadioItem key={theme} value={theme} onSelect={(event) => event.preventDefault()}>
                <Icon />
                {label}
              </DropdownMenuRadioItem>
            );
          })}
        </DropdownMenuRadioGroup>
        <DropdownMenuSeparator />
        <DropdownMenuItem onSelect={() => leave.mutate()}>
          <LogOut />
          Sign out
        </DropdownMenuItem>
      </DropdownMenuContent>
    </DropdownMenu>
  );
}
