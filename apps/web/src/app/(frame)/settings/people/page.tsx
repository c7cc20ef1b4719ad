import type { Metadata } from 'next';
import { PeopleSettings } from '@/features/settings/people/people-settings';

export const metadata: Metadata = { title: 'People' };

export default function PeoplePage() {
  return <PeopleSettings />;
}
