import { useEffect, useRef } from 'react';

export const isApple = (): boolean => typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.platform);

interface Combination {
  key: string;
  shift?: boolean;
}

/** Shortcuts of the whole page; all with ⌘ on Apple's keyboards and Ctrl elsewhere, so that they never eat typed text. */
export const SHORTCUTS = {
  palette: { key: 'k' },
  newChat: { key: 'o', shift: true },
  list: { key: 's', shift: true },
  help: { key: '/' },
} as const satisfies Record<string, Combination>;
export type Shortcut = keyof typeof SHORTCUTS;

/** As it is printed: ⌘⇧O, or Ctrl+Shift+O. */
export function printed(shortcut: Shortcut, apple: boolean): string {
  const { key, shift }: Combination = SHORTCUTS[shortcut];
  return apple ? `⌘${shift ? '⇧' : ''}${key.toUpperCase()}` : `Ctrl+${shift ? 'Shift+' : ''}${key.toUpperCase()}`;
}

const matches = (event: KeyboardEvent, { key, shift = false }: Combination): boolean =>
  (event.metaKey || event.ctrlKey) &&
  !event.altKey &&
  // On many keyboards "/" itself needs Shift.
  (event.shiftKey === shift || key === '/') &&
  event.key.toLowerCase() === key;

export function useShortcuts(actions: Record<Shortcut, () => void>): void {
  const latest = useRef(actions);
  useEffect(() => {
    latest.current = actions;
  });
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      const names = Object.keys(SHORTCUTS) as Shortcut[];
      const name = names.find((candidate) => matches(event, SHORTCUTS[candidate]));
      if (!name || event.defaultPrevented) return;
      event.preventDefault();
      latest.current[name]();
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, []);
}
