import type { Role } from '@chatbox/contracts';
import {
  Bot,
  ChartNoAxesColumn,
  Gauge,
  Keyboard,
  KeyRound,
  type LucideIcon,
  Monitor,
  Moon,
  PanelLeft,
  ScrollText,
  Settings,
  ShieldCheck,
  SquarePen,
  Sun,
  UserRound,
  UsersRound,
} from 'lucide-react';
import type { Preferences } from '@/lib/preferences';
import { roleMay } from '@/lib/rights';
import type { Shortcut } from '@/lib/shortcuts';

export interface Entry {
  id: string;
  name: string;
  /** Other words by which somebody may look for it. */
  hints: readonly string[];
  icon: LucideIcon;
  shortcut?: Shortcut;
  act: () => void;
}

/** What the actions act on. */
export interface Surroundings {
  role: Role | undefined;
  go: (path: string) => void;
  change: (changed: Partial<Preferences>) => void;
  onNewChat: () => void;
  onToggleList: () => void;
  onShortcuts: () => void;
}

export function actionsFor({ role, go, change, onNewChat, onToggleList, onShortcuts }: Surroundings): Entry[] {
  const action = (
    name: string,
    icon: LucideIcon,
    act: () => void,
    hints: readonly string[] = [],
    shortcut?: Shortcut,
  ): Entry => ({ id: `action ${name}`, name, icon, act, hints, shortcut });
  const forAdministrators = [
    action('Models and connections', Bot, () => go('/settings/models'), ['provider', 'key', 'ollama']),
    action('Overview of the server', Gauge, () => go('/admin/dashboard'), ['administration', 'dashboard', 'metrics']),
    action('Usage', ChartNoAxesColumn, () => go('/admin/usage'), ['administration', 'tokens', 'cost', 'money']),
    action('People', UsersRound, () => go('/admin/people'), ['administration', 'invite', 'suspend', 'role']),
    action('Keys of everybody', KeyRound, () => go('/admin/keys'), ['administration', 'revoke']),
    action('Audit log', ScrollText, () => go('/admin/audit'), ['administration', 'history']),
    action('Registration and second factors', ShieldCheck, () => go('/admin/settings'), [
      'administration',
      'invitation',
    ]),
  ];
  return [
    action('New chat', SquarePen, onNewChat, ['conversation', 'begin'], 'newChat'),
    action('Show or hide the list', PanelLeft, onToggleList, ['sidebar'], 'list'),
    action('Settings', Settings, () => go('/settings/profile'), ['preferences', 'options']),
    action('Keys for programs', KeyRound, () => go('/settings/keys'), ['api', 'token']),
    action('Profile', UserRound, () => go('/settings/profile'), ['name', 'account']),
    action('Security and sessions', ShieldCheck, () => go('/settings/security'), [
      'password',
      'second factor',
      'passkey',
      'authenticator',
      'recovery',
      'sign out',
      'export',
      'delete account',
    ]),
    ...(roleMay(role, 'people.read') ? forAdministrators : []),
    action('Light theme', Sun, () => change({ theme: 'light' }), ['appearance']),
    action('Dark theme', Moon, () => change({ theme: 'dark' }), ['appearance', 'night']),
    action('Theme like the system', Monitor, () => change({ theme: 'system' }), ['appearance']),
    action('Keyboard shortcuts', Keyboard, onShortcuts, ['help'], 'help'),
  ];
}
