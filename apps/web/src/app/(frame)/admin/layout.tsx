import type { ReactNode } from 'react';
import { AdminNavigation } from '@/features/admin/admin-navigation';

export default function AdminLayout({ children }: { children: ReactNode }) {
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <div className="mx-auto flex w-full max-w-6xl flex-col gap-6 px-4 pt-2 pb-16 md:px-8 lg:flex-row lg:gap-10 lg:pt-6">
        <AdminNavigation />
        <div className="min-w-0 flex-1">{children}</div>
      </div>
    </div>
  );
}
