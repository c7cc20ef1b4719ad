import type { SealedColumn } from '../database/reseal.ts';

/** Keys of model providers; their envelopes are bound to the connection's id. */
export const SEALED_KEYS: SealedColumn = {
  table: 'connection',
  id: 'id',
  column: 'key_envelope',
  name: 'name',
  boundTo: (id) => id,
};
