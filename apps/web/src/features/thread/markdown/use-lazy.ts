import { useEffect, useState } from 'react';

/** What `load` brings, once it is needed; loaded one time for the whole page. */
export function lazily<T>(load: () => Promise<T>): (needed: boolean) => T | undefined {
  let loaded: T | undefined;
  let loading: Promise<T> | undefined;
  return function useLazy(needed) {
    const [value, setValue] = useState(loaded);
    useEffect(() => {
      if (!needed || value !== undefined) return;
      let isThere = true;
      loading ??= load();
      loading.then(
        (result) => {
          loaded = result;
          if (isThere) setValue(() => result);
        },
        () => {
          loading = undefined;
        },
      );
      return () => {
        isThere = false;
      };
    }, [needed, value]);
    return value;
  };
}
