'use client';

import { Bot, KeyRound, Palette, ShieldCheck, UserRound } from 'lucide-react';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { cn } from '@/lib/cn';
import { showWhole } from '@/lib/show-whole';

const PAGES = [
  { href: '/settings/profile', label: 'Profile', icon: UserRound },
  { href: '/settings/security', label: 'Security', icon: ShieldCheck },
  { href: '/settings/appearance', label: 'Appearance', icon: Palette },
  { href: '/settings/models', label: 'Models', icon: Bot },
  { href: '/settings/keys', label: 'Keys', icon: KeyRound },
] as const;

export function SettingsNavigation() {
  const pathname = usePathname();
  return (
    <nav
      aria-label="Settings"
      className="-mx-4 overflow-x-auto border-b px-4 md:mx-0 md:px-0 lg:w-44 lg:shrink-0 lg:border-0"
    >
      <ul className="flex lg:gap-1 lg:sticky lg:top-0 lg:flex-col">
        {PAGES.map(({ href, label, icon: Icon }) => {
          const isCurrent = pathname === href;
          return (
            <li key={href}>
              <Link
                href={href}
                ref={isCurrent ? showWhole : undefined}
                aria-current={isCurrent ? 'page' : undefined}
                className={cn(
                  'flex min-h-11 items-center gap-2.5 border-b-2 border-transparent px-2.5 text-muted-foreground transition-colors hover:text-text lg:min-h-9 lg:rounded-md lg:border-0 lg:hover:bg-hover',
                  isCurrent && 'border-accent font-medium text-text lg:bg-selected',
                )}
              >
                <Icon aria-hidden className="hidden size-4 sm:block" />
                {label}
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
