/** A value that can be watched. `subscribe` and `getSnapshot` fit React's useSyncExternalStore as they are. */
export interface Watchable<T> {
  /** Calls back after every change, never with the present value. Returns how to leave. */
  readonly subscribe: (onChange: () => void) => () => void;
  /** The same object until the value changes. */
  readonly getSnapshot: () => T;
}

export class Observable<T> implements Watchable<T> {
  private readonly watchers = new Set<() => void>();

  constructor(private value: T) {}

  readonly getSnapshot = (): T => this.value;

  readonly subscribe = (onChange: () => void): (() => void) => {
    this.watchers.add(onChange);
    return () => {
      this.watchers.delete(onChange);
    };
  };

  set(value: T): void {
    if (Object.is(value, this.value)) return;
    this.value = value;
    for (const onChange of [...this.watchers]) onChange();
  }
}

/** Resolves with the first value, present or future, that satisfies `wanted`. */
export function when<T>(watched: Watchable<T>, wanted: (value: T) => boolean, signal?: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = watched.subscribe(look);
    const abort = () => {
      leave();
      reject(signal?.reason ?? new Error('aborted'));
    };
    signal?.addEventListener('abort', abort, { once: true });
    if (signal?.aborted) return abort();
    look();
    function look() {
      const value = watched.getSnapshot();
      if (!wanted(value)) return;
      leave();
      signal?.removeEventListener('abort', abort);
      resolve(value);
    }
  });
}
