'use client';

import { createContext, type ReactNode, useCallback, useContext, useMemo, useState } from 'react';
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
