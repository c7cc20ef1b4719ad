import { Children, type ReactNode } from 'react';
import { hostOf, safeLink } from './safe-link';

/** Leads out of this site and says where to. An address that is not safe is shown as the text it is. */
export function Link({ href, children }: { href?: string; children?: ReactNode }) {
  const url = safeLink(href);
  if (!url) return <span>{children}</span>;
  const host = hostOf(url);
  const text = Children.toArray(children)
    .filter((child) => typeof child === 'string')
    .join('');
  const saysItself = text === host || safeLink(text)?.host === url.host;
  return (
    <a
      href={url.href}
      target="_blank"
      rel="noopener noreferrer nofollow"
      title={url.href}
      className="wrap-anywhere text-accent underline decoration-accent/40 underline-offset-3 hover:decoration-accent"
    >
      {children}
      {saysItself ? null : <span className="ml-1 text-xs text-muted-foreground">({host})</span>}
    </a>
  );
}
