import type { Bus } from './bus.ts';

/** What nodes share besides the database. Opened and closed by one owner; after it is opened nobody knows the driver. */
export abstract class Engine {
  abstract readonly bus: Bus;
  abstract close(): Promise<void>;
}
