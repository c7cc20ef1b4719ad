import { isProblem, sayProblem } from '@/lib/problem';
import { sayRefusal } from '@/lib/refusal';

export type FieldName = 'name' | 'email' | 'password';

export interface Complaints {
  fields: Partial<Record<FieldName, string>>;
  /** What belongs to no field. */
  form?: string;
}

const NAMES: readonly string[] = ['name', 'email', 'password'] satisfies FieldName[];
/** Puts what the server said next to the field it is about. */
export function complaintsOf(error: unknown): Complaints {
  if (!error) return { fields: {} };
  if (isProblem(error, 'auth.email_taken')) {
    return { fields: { email: 'There is already an account with this e-mail. Sign in instead?' } };
  }
  if (isProblem(error, 'auth.password_common')) {
    return { fields: { password: 'This password is among the most common ones. Choose another.' } };
  }
  if (isProblem(error, 'auth.bad_credentials')) {
    return { fields: {}, form: 'E-mail or password is wrong.' };
  }
  if (isProblem(error, 'auth.too_many_attempts', 'rate.limited')) return { fields: {}, form: sayRefusal(error) };
  const issues = isProblem(error, 'request.invalid') ? (error.problem.issues ?? []) : [];
  const fields = Object.fromEntries(issues.filter(({ path }) => NAMES.includes(path)).map((i) => [i.path, i.message]));
  return Object.keys(fields).length > 0 ? { fields } : { fields: {}, form: sayProblem(error) };
}

const SHORTEST_PASSWORD = 8;

/** What can be told without asking the server. */
export function checkEntries(entries: { email: string; password: string }, isNew: boolean): Complaints['fields'] {
  const fields: Complaints['fields'] = {};
  if (!/^\S+@\S+\.\S+$/.test(entries.email.trim())) fields.email = 'Enter an e-mail address, such as ann@example.org.';
  if (!entries.password) fields.password = 'Enter a password.';
  else if (isNew && entries.password.length < SHORTEST_PASSWORD) {
    fields.password = `Use at least ${SHORTEST_PASSWORD} characters.`;
  }
  return fields;
}
