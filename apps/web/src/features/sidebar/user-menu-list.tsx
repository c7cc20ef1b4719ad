'use client';

import type { User } from '@chatbox/contracts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Keyboard, LogOut, Monitor, Moon, Settings, ShieldCheck, Sun } from 'lucide-react';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { usePreferences } from '@/components/preferences';
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
import { apiCall } from '@/lib/api';
import { THEMES, type Theme } from '@/lib/preferences';
import { roleMay } from '@/lib/rights';

const LOOK = {
  system: { label: 'Like the system', icon: Monitor },
  light: { label: 'Light', icon: Sun },
  dark: { label: 'Dark', icon: Moon },
} as const;

export function UserMenuList({ trigger, me, onShortcuts }: { trigger: ReactNode; me: User; onShortcuts: () => void }) {
  const { preferences, change } = usePreferences();
  const client = useQueryClient();
  const leave = useMutation({
    // It says where to sign out too, when the session began at a provider.
    mutationFn: () => apiCall('oidc.logout'),
    onSettled: (answer) => {
      client.clear();
      // A full load, so that nothing of this person stays in the memory of the page.
      location.assign(answer?.url ?? '/login');
    },
  });
  return (
    <DropdownMenu defaultOpen>
      <DropdownMenuTrigger asChild>{trigger}</DropdownMenuTrigger>
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
