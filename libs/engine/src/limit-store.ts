/** What a key has spent of its running window. */
export interface Spent {
  /** Counted up to now, also beyond what anyone allows. */
  readonly points: number;
  /** Until the window ends and everything in it is forgotten. */
  readonly resetMilliseconds: number;
}

/**
 * Counts what happens in windows of time, for all nodes together. A window begins with the first point of its key and does
 * not move; its length is of whole seconds, a part of one is rounded up. Spending is atomic: of any number of spenders on any nodes, each is told another count.
 */
export abstract class LimitStore {
  /** Whether it can be out of reach, or slow to answer. What lives in this process cannot. */
  abstract readonly canBeAway: boolean;
  abstract spend(key: string, windowSeconds: number): Promise<Spent>;
  /** Null where nothing has been spent. */
  abstract read(key: string): Promise<Spent | null>;
  abstract forget(key: string): Promise<void>;
}
