import { Email } from '@chatbox/contracts';
import type { Subject } from '../identities.ts';

/** What a provider says about a person, as far as it counts here. */
export interface PersonAtProvider extends Subject {
  readonly emailVerified: boolean;
  readonly name: string | undefined;
  /** Values of the claim that decides on roles. */
  readonly groups: readonly string[];
}

type Claims = Readonly<Record<string, unknown>>;

const NAME_MAX = 100;

/** OpenID Connect Core 5.1. A claim that is not what it should be counts as absent. */
export const personOf = (issuer: string, claims: Claims, roleClaim: string | undefined): PersonAtProvider => {
  const email = Email.safeParse(claims.email).data ?? null;
  return {
    issuer,
    subject: String(claims.sub),
    email,
    // Some providers send booleans as text.
    emailVerified: email !== null && (claims.email_verified === true || claims.email_verified === 'true'),
    name: nameOf(claims.name),
    groups: roleClaim === undefined ? [] : textsOf(valueAt(claims, roleClaim)),
  };
};

const nameOf = (name: unknown): string | undefined => {
  if (typeof name !== 'string') return undefined;
  return (
    name
      .replace(/\p{Cc}/gu, ' ')
      .toWellFormed()
      .trim()
      .slice(0, NAME_MAX)
      .toWellFormed()
      .trim() || undefined
  );
};

/** `realm_access.roles` is a member of a member, `https://example.org/roles` a member with dots in its name. */
const valueAt = (claims: Claims, path: string): unknown =>
  Object.hasOwn(claims, path)
    ? claims[path]
    : path
        .split('.')
        .reduce<unknown>(
          (value, name) =>
            typeof value === 'object' && value !== null && Object.hasOwn(value, name)
              ? (value as Claims)[name]
              : undefined,
          claims,
        );

const textsOf = (value: unknown): string[] =>
  (Array.isArray(value) ? value : [value]).filter((entry): entry is string => typeof entry === 'string');
