import type { AccountStatus, Person } from '@chatbox/contracts';
import { Badge } from '@/components/ui/badge';

export const nameOf = ({ name, email }: Pick<Person, 'name' | 'email'>): string => name ?? email;

export const STATUS_SAYS: Record<AccountStatus, string> = {
  active: 'Active',
  pending: 'Waiting',
  suspended: 'Suspended',
};
const TONES = { active: 'success', pending: 'warning', suspended: 'danger' } as const;

export function StatusBadge({ status }: { status: AccountStatus }) {
  return <Badge tone={TONES[status]}>{STATUS_SAYS[status]}</Badge>;
}
