'use client';

import type { AuditFilter } from '@chatbox/contracts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Download } from 'lucide-react';
import { Button } from '@/components/ui/button';
import { addressOfRoute, apiCall } from '@/lib/api';
import { notifyFailure } from '@/lib/notify';
import { sayProblem } from '@/lib/problem';
import { queryKeys } from '@/lib/query-keys';

/** The browser fetches the file itself, however long it is. */
export function Export({ filter }: { filter: AuditFilter }) {
  const client = useQueryClient();
  const begin = useMutation({
    // A download cannot renew an access that ran out; this call can.
    mutationFn: () => apiCall('auth.me'),
    onSuccess: () => {
      window.location.assign(addressOfRoute('audit.export', filter));
      // The export is an entry of its own.
      void client.invalidateQueries({ queryKey: queryKeys.audit });
    },
    onError: (error) => void notifyFailure(sayProblem(error)),
  });
  return (
    <Button
      variant="secondary"
      size="sm"
      className="touch-target"
      disabled={begin.isPending}
      onClick={() => begin.mutate()}
    >
      <Download />
      Export as CSV
    </Button>
  );
}
