import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Identity } from './identity.ts';

/** Where a request came from: its address as far as trusted proxies tell it, and the id it has in all logs. */
export interface From {
  readonly address: string | null;
  readonly requestId: string | null;
}

export const fromOf = (request: { ip?: string; id?: unknown }): From => ({
  address: request.ip ?? null,
  requestId: typeof request.id === 'string' ? request.id : null,
});

/** `@Origin() from: From`, for what goes into the audit log. */
export const Origin = createParamDecorator(
  (_: unknown, context: ExecutionContext): From =>
    fromOf(context.switchToHttp().getRequest<{ ip?: string; id?: string }>()),
);

export type AuditDetail = string | number | boolean | null | readonly string[];

export interface AuditEntry {
  /** null: nobody who is known, or the program itself. */
  readonly actor: (Pick<Identity, 'userId' | 'email'> & Pick<Partial<Identity>, 'key'>) | null;
  /** What was done, as `thing.verb`: `person.suspended`, `settings.changed`. */
  readonly action: string;
  readonly target: { readonly kind: string; readonly id: string; readonly name?: string | null } | null;
  readonly from: From | null;
  /** Old and new values that matter. Never a secret, never a text that a person wrote in a chat. */
  readonly details?: Readonly<Record<string, AuditDetail>>;
}

/** Whoever runs a statement: a transaction of TypeORM. */
export interface Transaction {
  query(statement: string, values?: unknown[]): Promise<unknown>;
}

/**
 * Remembers every change of access and settings, for good: entries are added, never changed or removed. Written in the transaction of
 * what it tells, so that the one is never there without the other; with `null` in a transaction of its own. Injectable everywhere.
 */
export abstract class AuditLog {
  abstract record(transaction: Transaction | null, entry: AuditEntry): Promise<void>;
}
