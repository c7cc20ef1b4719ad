import type { Metadata } from 'next';
import { RegisterForm } from '@/features/auth/register-form';

export const metadata: Metadata = { title: 'Create an account' };

type Search = Promise<{ invitation?: string | string[] }>;

export default async function RegisterPage({ searchParams }: { searchParams: Search }) {
  const { invitation } = await searchParams;
  return <RegisterForm invitation={typeof invitation === 'string' ? invitation : undefined} />;
}
