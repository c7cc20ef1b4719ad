import type { Metadata } from 'next';
import { DoorCard } from '@/features/auth/door-card';
import { SetUpFactor } from '@/features/settings/security/set-up-factor';
import { safeNext } from '@/lib/session';

export const metadata: Metadata = { title: 'Set up a second factor' };

type Search = Promise<{ next?: string | string[] }>;

export default async function SetUpFactorPage({ searchParams }: { searchParams: Search }) {
  const { next } = await searchParams;
  return (
    <DoorCard
      title="Set up a second factor"
      lead="Your role on this server needs one besides the password. It takes a minute."
    >
      <SetUpFactor next={safeNext(typeof next === 'string' ? next : null)} />
    </DoorCard>
  );
}
