/** Listens to what a browser knows about the network and the page; does nothing elsewhere. Returns how to leave. */
export function watchSurroundings(on: { wake: () => void; lost: () => void }): () => void {
  if (typeof window === 'undefined' || typeof document === 'undefined') return () => undefined;
  const visible = () => document.visibilityState === 'visible' && on.wake();
  window.addEventListener('online', on.wake);
  window.addEventListener('offline', on.lost);
  window.addEventListener('pageshow', on.wake);
  document.addEventListener('visibilitychange', visible);
  return () => {
    window.removeEventListener('online', on.wake);
    window.removeEventListener('offline', on.lost);
    window.removeEventListener('pageshow', on.wake);
    document.removeEventListener('visibilitychange', visible);
  };
}
