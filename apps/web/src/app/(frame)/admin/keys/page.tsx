import type { Metadata } from 'next';
import { Suspense } from 'react';
import { ForAdministrators } from '@/features/admin/for-administrators';
import { AllKeys } from '@/features/admin/keys/all-keys';

export const metadata: Metadata = { title: 'Keys' };

export default function AdminKeysPage() {
  return (
    <ForAdministrators right="all_keys.read">
      <Suspense>
        <AllKeys />
      </Suspense>
    </ForAdministrators>
  );
}
