import type { Metadata } from 'next';
import { Suspense } from 'react';
import { ForAdministrators } from '@/features/admin/for-administrators';
import { RegistrationSettings } from '@/features/admin/registration/registration';

export const metadata: Metadata = { title: 'Settings' };

export default function AdminSettingsPage() {
  return (
    <ForAdministrators right="settings.read">
      <Suspense>
        <RegistrationSettings />
      </Suspense>
    </ForAdministrators>
  );
}
