import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { ForAdministrators } from '@/features/admin/for-administrators';
import { RunbookPage } from '@/features/admin/runbooks/runbook-page';
import texts from '@/features/admin/runbooks/texts.json';

export const metadata: Metadata = { title: 'Runbook' };

const TEXTS = new Map(Object.entries(texts));

export default async function AdminRunbookPage({ params }: { params: Promise<{ name: string }> }) {
  const { name } = await params;
  const text = TEXTS.get(name);
  if (text === undefined) notFound();
  return (
    <ForAdministrators right="alerts.read">
      <RunbookPage name={name} text={text} />
    </ForAdministrators>
  );
}
