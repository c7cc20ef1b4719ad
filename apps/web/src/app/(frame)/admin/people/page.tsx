import type { Metadata } from 'next';
import { Suspense } from 'react';
import { ForAdministrators } from '@/features/admin/for-administrators';
import { PeoplePage } from '@/features/admin/people/people-page';

export const metadata: Metadata = { title: 'People' };

export default function AdminPeoplePage() {
  return (
    <ForAdministrators right="people.read">
      <Suspense>
        <PeoplePage />
      </Suspense>
    </ForAdministrators>
  );
}
