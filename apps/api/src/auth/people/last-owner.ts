import type { EntityManager } from 'typeorm';
import { AppError } from '../../common/app-error.ts';

/**
 * Throws `account.last_owner` where nobody else could take care of the installation. Comes before every other lock in the transaction
 * that removes, demotes or suspends: those take turns until they commit, so that two owners cannot remove each other at once.
 */
export const lockOwners = async (manager: EntityManager): Promise<{ refuseLast(accountId: string): void }> => {
  const owners: { id: string }[] = await manager.query(
    `SELECT id FROM account WHERE role = 'owner' AND status = 'active' ORDER BY id FOR UPDATE`,
  );
  return {
    refuseLast: (accountId) => {
      if (owners.length === 1 && owners[0]?.id === accountId) throw new AppError('account.last_owner');
    },
  };
};
