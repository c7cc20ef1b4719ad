'use client';

import { usePreferences } from '@/components/preferences';
import { Section, SettingsPage } from '@/components/section';
import { Choice } from '@/components/ui/choice';
import type { Measure, SendKey, Theme } from '@/lib/preferences';
import { useApple } from '@/lib/use-apple';

/** A small page in the colours of a theme; for the system's, half in each. */
function Picture({ theme }: { theme: Theme }) {
  const halves = theme === 'system' ? (['light', 'dark'] as const) : ([theme] as const);
  return (
    <span aria-hidden className="flex h-20 w-full overflow-hidden rounded-md border">
      {halves.map((scheme) => (
        <span
          key={scheme}
          style={{ colorScheme: scheme }}
          className="own-scheme flex flex-1 flex-col justify-center gap-1.5 bg-(--background) px-3"
        >
          <span className="h-2.5 w-1/2 self-end rounded-full bg-(--bubble)" />
          <span className="h-1.5 w-4/5 rounded-full bg-(--border-strong)" />
          <span className="h-1.5 w-3/5 rounded-full bg-(--border-strong)" />
          <span className="h-2.5 w-6 rounded-full bg-(--accent)" />
        </span>
      ))}
    </span>
  );
}

export function AppearanceSettings() {
  const { preferences, change } = usePreferences();
  const apple = useApple();
  const modified = apple ? '⌘ Enter' : 'Ctrl + Enter';
  return (
    <SettingsPage title="Appearance">
      <Section title="Theme">
        <Choice<Theme>
          label="Theme"
          value={preferences.theme}
          onChange={(theme) => change({ theme })}
          className="sm:grid-cols-3"
          options={[
            { value: 'system', label: 'Like the system', picture: <Picture theme="system" /> },
            { value: 'light', label: 'Light', picture: <Picture theme="light" /> },
            { value: 'dark', label: 'Dark', picture: <Picture theme="dark" /> },
          ]}
        />
      </Section>
      <Section title="Sending a message">
        <Choice<SendKey>
          label="Key that sends"
          value={preferences.sendKey}
          onChange={(sendKey) => change({ sendKey })}
          className="sm:grid-cols-2"
          options={[
            { value: 'enter', label: 'Enter sends', hint: 'Shift + Enter begins a new line' },
            { value: 'modifier-enter', label: `${modified} sends`, hint: 'Enter begins a new line' },
          ]}
        />
      </Section>
      <Section title="Width of the text">
        <Choice<Measure>
          label="Width of the text"
          value={preferences.measure}
          onChange={(measure) => change({ measure })}
          className="sm:grid-cols-2"
          options={[
            { value: 'comfortable', label: 'Comfortable', hint: 'About 70 characters in a line' },
            { value: 'wide', label: 'Wide', hint: 'For long code and tables' },
          ]}
        />
      </Section>
      <p className="text-xs text-muted-foreground">These choices are kept in this browser.</p>
    </SettingsPage>
  );
}
