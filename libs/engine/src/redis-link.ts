import type { Redis, RedisOptions } from 'ioredis';
import type { RedisAddress } from './redis-address.ts';

/** Longest wait between two tries to connect; the first comes within some tens of milliseconds. */
const LONGEST_PAUSE_MILLISECONDS = 2_000;
const CONNECT_MILLISECONDS = 2_000;
/** A command that takes longer has failed for whoever asked. */
const COMMAND_MILLISECONDS = 1_000;
/** A connection that owes an answer for so long is half open or belongs to a Redis that hangs: it is given up. */
const SILENCE_MILLISECONDS = 2_000;

/** Redis is away, or refused. Says why in words, and never with what was sent: commands carry passwords and people's text. */
export class RedisAway extends Error {
  override readonly name = 'RedisAway';
}

/** One connection that comes back by itself for ever, and queues nothing: a command fails at once while Redis is away. */
export const openLink = (Client: typeof Redis, address: RedisAddress, more: RedisOptions = {}): Redis => {
  const link = new Client({
    ...address.options,
    connectTimeout: CONNECT_MILLISECONDS,
    commandTimeout: COMMAND_MILLISECONDS,
    sentinelCommandTimeout: COMMAND_MILLISECONDS,
    socketTimeout: SILENCE_MILLISECONDS,
    keepAlive: 10_000,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    maxRetriesPerRequest: 0,
    retryStrategy: pauseBefore,
    sentinelRetryStrategy: pauseBefore,
    // A primary that became a replica in a failover: the sentinels know the new one.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
    ...more,
  });
  // Without a listener ioredis writes errors, with the command and its arguments, to the console.
  link.on('error', () => undefined);
  return link;
};

/** Exponential with jitter, so that the nodes of a cluster do not come back all at once. */
const pauseBefore = (attempt: number): number =>
  Math.min(LONGEST_PAUSE_MILLISECONDS, 20 * 2 ** Math.min(attempt, 10)) * (0.5 + Math.random() / 2);

/** What was asked, or a `RedisAway` that can be logged. */
export const asked = async <T>(question: Promise<T>): Promise<T> => {
  try {
    return await question;
  } catch (error) {
    throw toAway(error);
  }
};

export const toAway = (error: unknown): RedisAway =>
  new RedisAway(error instanceof Error && error.message !== '' ? error.message : 'Redis is away');
