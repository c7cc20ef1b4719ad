import type { Redis } from 'ioredis';
import type { Bus } from './bus.ts';
import type { LimitStore } from './limit-store.ts';

/** What nodes share besides the database. Opened and closed by one owner; after it is opened nobody knows the driver. */
export abstract class Engine {
  abstract readonly bus: Bus;
  abstract readonly limits: LimitStore;
  /** Name of this process among the nodes. A driver for one process always gives the same one, so a restart is the same node. */
  abstract readonly nodeId: string;
  /** Whether other processes share it: then one of them goes on with what this one leaves behind, otherwise its own next start does. */
  abstract readonly isShared: boolean;
  /** A connection for what is kept beside the database and may be lost at any moment; undefined where nothing is shared. */
  abstract readonly redis: Redis | undefined;
  abstract close(): Promise<void>;
}
