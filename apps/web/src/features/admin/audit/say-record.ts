import type { AuditRecord } from '@chatbox/contracts';

/** What stands before the point of an action, as a filter offers it. */
export const KINDS = [
  { value: 'person', label: 'People' },
  { value: 'sign_in', label: 'Sign-ins' },
  { value: 'session', label: 'Sessions' },
  { value: 'invitation', label: 'Invitations' },
  { value: 'key', label: 'Keys' },
  { value: 'factor', label: 'Second factors' },
  { value: 'connection', label: 'Model connections' },
  { value: 'access', label: 'Refused access' },
  { value: 'settings', label: 'Settings' },
  { value: 'alert', label: 'Alerts' },
  { value: 'audit', label: 'The audit log' },
  { value: 'usage', label: 'Usage' },
] as const;

/** `person.role_changed` as a person says it. */
export const sayAction = (action: string): string => {
  const words = action.replace('sign_in.', 'sign-in: ').replace('.', ': ').replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
};

export const sayActor = ({ actor }: AuditRecord): string => {
  if (!actor) return 'The server';
  return actor.keyId ? `${actor.email}, by a key` : actor.email;
};

export const sayTarget = ({ target }: AuditRecord): string => (target ? (target.name ?? target.id.slice(0, 8)) : '—');
