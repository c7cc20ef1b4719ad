import { codeOf, messageOf } from './start-error.ts';

/** SQLSTATE classes 08 (connection), 57P (shutdown), 53 (resources), and what the driver and the system say. */
const AWAY =
  /^(08...|57P0[1-5]|53[03]00|ECONNREFUSED|ECONNRESET|ENOTFOUND|EHOSTUNREACH|ENETUNREACH|EPIPE|ETIMEDOUT|EAI_AGAIN)$/;
const AWAY_MESSAGES =
  /^(Connection terminated|timeout expired|timeout exceeded when trying to connect|Client has encountered a connection error|Cannot use a pool after calling end|Query read timeout)/;

/** Only the database driver's own errors reach here bare: providers wrap theirs in AppError. */
export const isDatabaseAway = (error: unknown): boolean => {
  const cause = error instanceof Error && 'driverError' in error ? error.driverError : error;
  if (cause instanceof AggregateError) return cause.errors.some(isDatabaseAway);
  return AWAY.test(codeOf(cause) ?? '') || AWAY_MESSAGES.test(messageOf(cause));
};
