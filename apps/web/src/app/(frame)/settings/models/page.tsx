import type { Metadata } from 'next';
import { ModelsSettings } from '@/features/settings/models/models-settings';

export const metadata: Metadata = { title: 'Models' };

export default function ModelsPage() {
  return <ModelsSettings />;
}
