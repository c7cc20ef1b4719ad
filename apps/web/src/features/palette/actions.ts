import {
  Bot,
  Keyboard,
  type LucideIcon,
  Monitor,
  Moon,
  PanelLeft,
  Settings,
  SquarePen,
  Sun,
  UserRound,
  UsersRound,
} from 'lucide-react';
import type { Preferences } from '@/lib/preferences';
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
  isOwner: boolean;
  go: (path: string) => void;
  change: (changed: Partial<Preferences>) => void;
  onNewChat: () => void;
  onToggleList: () => void;
  onShortcuts: () => void;
}

export function actionsFor({ isOwner, go, change, onNewChat, onToggleList, onShortcuts }: Surroundings): Entry[] {
  const action = (
    name: string,
    icon: LucideIcon,
    act: () => void,
    hints: readonly string[] = [],
    shortcut?: Shortcut,
  ): Entry => ({ id: `action ${name}`, name, icon, act, hints, shortcut });
  const forOwner = [
    action('Models and connections', Bot, () => go('/settings/models'), ['provider', 'key', 'ollama']),
    action('Invite people', UsersRound, () => go('/settings/people'), ['registration']),
  ];
  return [
    action('New chat', SquarePen, onNewChat, ['conversation', 'begin'], 'newChat'),
    action('Show or hide the list', PanelLeft, onToggleList, ['sidebar'], 'list'),
    action('Settings', Settings, () => go('/settings/profile'), ['preferences', 'options']),
    action('Profile and sessions', UserRound, () => go('/settings/profile'), ['name', 'account', 'sign out']),
    ...(isOwner ? forOwner : []),
    action('Light theme', Sun, () => change({ theme: 'light' }), ['appearance']),
    action('Dark theme', Moon, () => change({ theme: 'dark' }), ['appearance', 'night']),
    action('Theme like the system', Monitor, () => change({ theme: 'system' }), ['appearance']),
    action('Keyboard shortcuts', Keyboard, onShortcuts, ['help'], 'help'),
  ];
}
