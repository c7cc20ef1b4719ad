import type { ReactNode } from 'react';
import { SettingsNavigation } from '@/features/settings/settings-navigation';

export default function SettingsLayout({ children }: { children: ReactNode }) {
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <div className="mx-auto flex w-full max-w-5xl flex-col gap-6 px-4 pt-2 pb-16 md:px-8 lg:flex-row lg:gap-12 lg:pt-6">
        <SettingsNavigation />
        <div className="min-w-0 max-w-2xl flex-1">{children}</div>
      </div>
    </div>
  );
}
