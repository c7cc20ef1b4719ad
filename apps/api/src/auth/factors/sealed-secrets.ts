import type { SealedColumn } from '../../database/reseal.ts';

/** Secrets of authenticator apps. One that waits to be confirmed is not among them: it lives for minutes. */
export const SEALED_TOTP_SECRETS: SealedColumn = {
  table: 'totp',
  id: 'account_id',
  column: 'secret_envelope',
  name: '(SELECT email FROM account WHERE id = account_id)',
  boundTo: (accountId) => `totp:${accountId}`,
};
