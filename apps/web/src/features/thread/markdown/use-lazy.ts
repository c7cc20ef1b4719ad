import { useEffect, useState } from 'react';

/** Something to load once for the whole page, when it is first needed. */
export interface Lazy<T> {
  load: () => Promise<T>;
  loading?: Promise<T> | undefined;
  loaded?: T;
}

export function useLazy<T>(lazy: Lazy<T>, isNeeded: boolean): T | undefined {
  const [value, setValue] = useState(lazy.loaded);
  useEffect(() => {
    if (!isNeeded || value !== undefined) return;
    let isThere = true;
    lazy.loading ??= lazy.load();
    lazy.loading.then(
      (result) => {
        lazy.loaded = result;
        if (isThere) setValue(() => result);
      },
      () => {
        lazy.loading = undefined;
      },
    );
    return () => {
      isThere = false;
    };
  }, [lazy, isNeeded, value]);
  return value;
}
