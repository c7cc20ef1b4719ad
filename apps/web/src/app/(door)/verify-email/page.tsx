import type { Metadata } from 'next';
import { VerifyEmailCard } from '@/features/auth/verify-email-card';

export const metadata: Metadata = { title: 'Verify your e-mail' };

export default function VerifyEmailPage() {
  return <VerifyEmailCard />;
}
