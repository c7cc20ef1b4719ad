import type { Metadata } from 'next';
import { KeysSettings } from '@/features/settings/keys/keys-settings';

export const metadata: Metadata = { title: 'Keys' };

export default function KeysPage() {
  return <KeysSettings />;
}
