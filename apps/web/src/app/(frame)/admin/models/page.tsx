import type { Metadata } from 'next';
import { Suspense } from 'react';
import { ForAdministrators } from '@/features/admin/for-administrators';
import { ModelsSettings } from '@/features/settings/models/models-settings';

export const metadata: Metadata = { title: 'Models' };

export default function AdminModelsPage() {
  return (
    <ForAdministrators right="connections.read">
      <Suspense>
        <ModelsSettings />
      </Suspense>
    </ForAdministrators>
  );
}
