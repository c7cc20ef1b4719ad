import type { Metadata } from 'next';
import { AppearanceSettings } from '@/features/settings/appearance/appearance-settings';

export const metadata: Metadata = { title: 'Appearance' };

export default function AppearancePage() {
  return <AppearanceSettings />;
}
