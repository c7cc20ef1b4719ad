import type { Metadata } from 'next';
import { LoginForm } from '@/features/auth/login-form';
import { safeNext } from '@/lib/session';

export const metadata: Metadata = { title: 'Sign in' };

type Search = Promise<{ next?: string | string[] }>;

export default async function LoginPage({ searchParams }: { searchParams: Search }) {
  const { next } = await searchParams;
  return <LoginForm next={safeNext(typeof next === 'string' ? next : null)} />;
}
