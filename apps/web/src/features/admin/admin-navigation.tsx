'use client';

import { Bell, Bot, ChartNoAxesColumn, Gauge, KeyRound, ScrollText, Settings, UsersRound } from 'lucide-react';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { cn } from '@/lib/cn';
import { useMe } from '@/lib/me';
import { type RightName, roleMay } from '@/lib/rights';
import { showWhole } from '@/lib/show-whole';
import { AlertCount } from './alerts/alert-count';

const PAGES = [
  { href: '/admin/dashboard', label: 'Overview', icon: Gauge, right: 'metrics.read' },
  { href: '/admin/alerts', label: 'Alerts', icon: Bell, right: 'alerts.read' },
  { href: '/admin/people', label: 'People', icon: UsersRound, right: 'people.read' },
  { href: '/admin/models', label: 'Models', icon: Bot, right: 'connections.read' },
  { href: '/admin/keys', label: 'Keys', icon: KeyRound, right: 'all_keys.read' },
  { href: '/admin/usage', label: 'Usage', icon: ChartNoAxesColumn, right: 'usage.read' },
  { href: '/admin/audit', label: 'Audit', icon: ScrollText, right: 'audit.read' },
  { href: '/admin/settings', label: 'Settings', icon: Settings, right: 'settings.read' },
] as const satisfies { href: string; label: string; icon: unknown; right: RightName }[];

export function AdminNavigation() {
  const pathname = usePathname();
  const { data: me } = useMe();
  const pages = PAGES.filter(({ right }) => roleMay(me?.role, right));
  // Whoever may see none of them is told so by the page; an empty bar would say nothing.
  if (me && pages.length === 0) return null;
  return (
    <nav
      aria-label="Administration"
      className="-mx-4 overflow-x-auto border-b px-4 md:mx-0 md:px-0 lg:w-40 lg:shrink-0 lg:border-0"
    >
      <ul className="flex lg:gap-1 lg:sticky lg:top-0 lg:flex-col">
        {pages.map(({ href, label, icon: Icon }) => {
          const isCurrent = pathname.startsWith(href);
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
                {href === '/admin/alerts' ? <AlertCount /> : null}
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
