import './globals.css';
import type { Metadata, Viewport } from 'next';
import { cookies } from 'next/headers';
import type { ReactNode } from 'react';
import { PreferencesProvider } from '@/components/preferences';
import { Providers } from '@/components/providers';
import { readPreferences } from '@/lib/preferences';

export const metadata: Metadata = {
  title: { default: 'Chatbox', template: '%s · Chatbox' },
  description: 'Chat with language models on your own server.',
  robots: { index: false, follow: false },
};

export const viewport: Viewport = {
  width: 'device-width',
  initialScale: 1,
  viewportFit: 'cover',
  interactiveWidget: 'resizes-content',
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#fdfcf9' },
    { media: '(prefers-color-scheme: dark)', color: '#131719' },
  ],
};

export default async function RootLayout({ children }: { children: ReactNode }) {
  const jar = await cookies();
  const preferences = readPreferences((name) => jar.get(name)?.value);
  return (
    <html lang="en" data-theme={preferences.theme} data-measure={preferences.measure}>
      <body>
        <PreferencesProvider initial={preferences}>
          <Providers>{children}</Providers>
        </PreferencesProvider>
      </body>
    </html>
  );
}
