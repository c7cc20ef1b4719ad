import { ERRORS } from '@chatbox/contracts';
import type { Metadata } from 'next';
import { LoginForm } from '@/features/auth/login-form';
import { WaitingCard } from '@/features/auth/waiting-card';
import { safeNext } from '@/lib/session';

export const metadata: Metadata = { title: 'Sign in' };

type Search = Promise<{ next?: string | string[]; error?: string | string[] }>;

/** Why a sign-in through a provider ended here. What asks for the next step is no refusal. */
function refusalOf(code: string | string[] | undefined): string | undefined {
  if (typeof code !== 'string' || code === 'auth.factor_required' || !Object.hasOwn(ERRORS, code)) return undefined;
  return `${ERRORS[code as keyof typeof ERRORS].title}.`;
}

export default async function LoginPage({ searchParams }: { searchParams: Search }) {
  const { next, error } = await searchParams;
  if (error === 'auth.approval_pending') return <WaitingCard />;
  return <LoginForm next={safeNext(typeof next === 'string' ? next : null)} refusal={refusalOf(error)} />;
}
