import type { Metadata } from 'next';
import { Suspense } from 'react';
import { AuditPage } from '@/features/admin/audit/audit-page';
import { ForAdministrators } from '@/features/admin/for-administrators';

export const metadata: Metadata = { title: 'Audit' };

export default function AdminAuditPage() {
  return (
    <ForAdministrators right="audit.read">
      <Suspense>
        <AuditPage />
      </Suspense>
    </ForAdministrators>
  );
}
