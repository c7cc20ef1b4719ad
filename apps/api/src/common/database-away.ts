import { codeOf, messageOf } from './start-error.ts';

/** SQLSTATE classes 08 (connection), 57P (shutdown), 53 (resources), and what the driver and the system say. */
const AWAY =
  /^(08...|57P0[1-5]|53[03]00|ECONNREFUSED|ECONNRESET|ENOTFOUND|EHOSTUNREACH|ENETUNREACH|EPIPE|ETIMEDOUT|EAI_AGAIN)$/;
const AWAY_MESSAGES =
  /^(Connection terminated|timeout expired|timeout exceeded when trying to connect|Client has encountered a connection error|Cannot use a pool after calling end|Query read timeout)/;

/** SQLSTATE classes of what lies in the moment and not in the statement: a standby, a conflict, no room, a lock, an operator, the disk. */
const PASSING = /^(25|40|53|55|57|58)...$/;

/** Only the database driver's own errors reach here bare: providers wrap theirs in AppError. */
export const isDatabaseAway = (error: unknown): boolean => {
  const cause = causeOf(error);
  if (cause instanceof AggregateError) return cause.errors.some(isDatabaseAway);
  return AWAY.test(codeOf(cause) ?? '') || AWAY_MESSAGES.test(messageOf(cause));
};

/** Whether the same statement may succeed at another moment. Of everything else the database says the same however often it is asked. */
export const mayPass = (error: unknown): boolean => isDatabaseAway(error) || PASSING.test(codeOf(causeOf(error)) ?? '');

/** The client says so before it sends anything. */
const NOT_SENT = /^Client (has encountered a connection error|was closed)/;

/**
 * Whether the database may have done what was asked although it failed, now or later: the connection was lost while the
 * statement ran. Nothing was sent where there was no connection to be had, and nothing was done where the database says why.
 */
export const mayHaveRun = (error: unknown): boolean => {
  const cause = causeOf(error);
  const { code, message } = { code: codeOf(cause) ?? '', message: messageOf(cause) };
  return cause !== error && isDatabaseAway(error) && !NOT_SENT.test(message) && !code.startsWith('53');
};

const causeOf = (error: unknown): unknown =>
  error instanceof Error && 'driverError' in error ? error.driverError : error;
