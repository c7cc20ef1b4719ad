'use client';

import type { AuditFilter } from '@chatbox/contracts';
import { useQueryClient } from '@tanstack/react-query';
import { Download } from 'lucide-react';
import { Button } from '@/components/ui/button';
import { queryKeys } from '@/lib/query-keys';
import { useDownload } from '@/lib/use-download';

export function Export({ filter }: { filter: AuditFilter }) {
  const client = useQueryClient();
  // The export is an entry of its own.
  const { begin, isPending } = useDownload(
    'audit.export',
    () => void client.invalidateQueries({ queryKey: queryKeys.audit }),
  );
  return (
    <Button variant="secondary" size="sm" className="touch-target" disabled={isPending} onClick={() => begin(filter)}>
      <Download />
      Export as CSV
    </Button>
  );
}
