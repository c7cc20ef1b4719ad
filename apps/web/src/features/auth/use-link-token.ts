import { useEffect, useState } from 'react';

/** The token of a link that was mailed or handed over; null when there is none, undefined before the page has looked. */
export function useLinkToken(): string | null | undefined {
  const [token, setToken] = useState<string | null>();
  useEffect(() => {
    // It is as good as a password for a while: the history of the browser does not keep it. An effect that runs twice keeps it.
    setToken((known) => known ?? new URLSearchParams(location.hash.slice(1)).get('token'));
    if (location.hash) history.replaceState(history.state, '', location.pathname);
  }, []);
  return token;
}
