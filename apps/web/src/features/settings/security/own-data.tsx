'use client';

import { useMutation } from '@tanstack/react-query';
import { Download, Trash2 } from 'lucide-react';
import dynamic from 'next/dynamic';
import { useState } from 'react';
import { Rows, Section } from '@/components/section';
import { Button } from '@/components/ui/button';
import { addressOfRoute, apiCall } from '@/lib/api';
import { FactorRow } from './factor-row';

const DeleteAccount = dynamic(() => import('./delete-account').then((module) => module.DeleteAccount), { ssr: false });

export function OwnData({ hasPassword }: { hasPassword: boolean }) {
  const [isDeleting, setDeleting] = useState(false);
  const save = useMutation({
    // The browser fetches the file by itself, and cannot renew an access that ran out; this call does it first.
    mutationFn: () => apiCall('auth.me'),
    onSuccess: () => location.assign(addressOfRoute('account.export', {})),
  });
  return (
    <Section title="Your data">
      <Rows label="Your data">
        <FactorRow
          icon={Download}
          name="Export"
          state="Your profile, sessions, conversations and what they cost, as one JSON file."
          error={save.error}
        >
          <Button
            variant="secondary"
            size="sm"
            aria-label="Export your data"
            disabled={save.isPending}
            onClick={() => save.mutate()}
          >
            Export
          </Button>
        </FactorRow>
        <FactorRow icon={Trash2} name="Delete the account" state="With everything in it, for good.">
          <Button
            variant="secondary"
            size="sm"
            aria-label="Delete the account"
            className="text-danger"
            onClick={() => setDeleting(true)}
          >
            Delete
          </Button>
        </FactorRow>
      </Rows>
      {isDeleting ? <DeleteAccount hasPassword={hasPassword} onClose={() => setDeleting(false)} /> : null}
    </Section>
  );
}
