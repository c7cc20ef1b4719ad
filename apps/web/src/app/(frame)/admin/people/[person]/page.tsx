import type { Metadata } from 'next';
import { Suspense } from 'react';
import { ForAdministrators } from '@/features/admin/for-administrators';
import { PersonPage } from '@/features/admin/people/person-page';

export const metadata: Metadata = { title: 'Person' };

export default function AdminPersonPage() {
  return (
    <ForAdministrators right="people.read">
      <Suspense>
        <PersonPage />
      </Suspense>
    </ForAdministrators>
  );
}
