import type { Metadata } from 'next';
import { Suspense } from 'react';
import { ForAdministrators } from '@/features/admin/for-administrators';
import { UsagePage } from '@/features/admin/usage/usage-page';

export const metadata: Metadata = { title: 'Usage' };

export default function AdminUsagePage() {
  return (
    <ForAdministrators right="usage.read">
      <Suspense>
        <UsagePage />
      </Suspense>
    </ForAdministrators>
  );
}
