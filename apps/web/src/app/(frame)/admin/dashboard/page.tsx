import type { Metadata } from 'next';
import { Suspense } from 'react';
import { DashboardPage } from '@/features/admin/dashboard/dashboard-page';
import { ForAdministrators } from '@/features/admin/for-administrators';

export const metadata: Metadata = { title: 'Overview' };

export default function AdminDashboardPage() {
  return (
    <ForAdministrators right="metrics.read">
      <Suspense>
        <DashboardPage />
      </Suspense>
    </ForAdministrators>
  );
}
