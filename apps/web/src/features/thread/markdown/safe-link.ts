const ALLOWED: ReadonlySet<string> = new Set(['http:', 'https:', 'mailto:']);

/** An address a person may be sent to, or null. Relative ones are none: a model does not know this site. */
export function safeLink(address: string | undefined): URL | null {
  if (!address || !URL.canParse(address)) return null;
  const url = new URL(address);
  return ALLOWED.has(url.protocol) ? url : null;
}

/** What is shown behind a link, so that its text cannot lie about where it leads. */
export function hostOf(url: URL): string {
  return url.protocol === 'mailto:' ? url.pathname : url.host.replace(/^www\./, '');
}
