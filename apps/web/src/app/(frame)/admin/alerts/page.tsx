import type { Metadata } from 'next';
import { AlertsPage } from '@/features/admin/alerts/alerts-page';
import { ForAdministrators } from '@/features/admin/for-administrators';

export const metadata: Metadata = { title: 'Alerts' };

export default function AdminAlertsPage() {
  return (
    <ForAdministrators right="alerts.read">
      <AlertsPage />
    </ForAdministrators>
  );
}
