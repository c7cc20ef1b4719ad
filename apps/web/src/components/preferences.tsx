'use client';

import { createContext, type ReactNode, useCallback, useContext, useMemo, useState, useSyncExternalStore } from 'react';
import { type Preferences, writePreferences } from '@/lib/preferences';

interface Value {
  preferences: Preferences;
  change: (changed: Partial<Preferences>) => void;
}

const Context = createContext<Value | null>(null);

export function PreferencesProvider({ initial, children }: { initial: Preferences; children: ReactNode }) {
  const [preferences, setPreferences] = useState(initial);
  const change = useCallback((changed: Partial<Preferences>) => {
    writePreferences(changed);
    if (changed.theme) document.documentElement.dataset.theme = changed.theme;
    if (changed.measure) document.documentElement.dataset.measure = changed.measure;
    setPreferences((before) => ({ ...before, ...changed }));
  }, []);
  const value = useMemo(() => ({ preferences, change }), [preferences, change]);
  return <Context value={value}>{children}</Context>;
}

export function usePreferences(): Value {
  const value = useContext(Context);
  if (!value) throw new Error('usePreferences outside of PreferencesProvider');
  return value;
}

const DARK = '(prefers-color-scheme: dark)';

function watchSystem(onChange: () => void): () => void {
  const query = window.matchMedia(DARK);
  query.addEventListener('change', onChange);
  return () => query.removeEventListener('change', onChange);
}

/** Whether the page is dark now, by the person's choice or else the system's: for what CSS cannot colour. */
export function useDark(): boolean {
  const { theme } = usePreferences().preferences;
  const isSystemDark = useSyncExternalStore(
    watchSystem,
    () => window.matchMedia(DARK).matches,
    () => false,
  );
  return theme === 'system' ? isSystemDark : theme === 'dark';
}
