import { ImageIcon } from 'lucide-react';
import { safeLink } from './safe-link';

/**
 * A picture from elsewhere would tell its host that, when and what this person reads, so it is never loaded into this
 * page (nor does the page's policy allow it). A click opens it where it is.
 */
export function Image({ src, alt }: { src?: string | Blob; alt?: string }) {
  const url = typeof src === 'string' ? safeLink(src) : null;
  if (!url || url.protocol === 'mailto:') return <span className="text-muted-foreground">{alt}</span>;
  return (
    <a
      href={url.href}
      target="_blank"
      rel="noopener noreferrer nofollow"
      className="my-1 inline-flex max-w-full items-center gap-2 rounded-md border bg-surface px-3 py-2 text-sm hover:bg-hover"
    >
      <ImageIcon aria-hidden className="size-4 shrink-0 text-muted-foreground" />
      <span className="truncate">{alt || 'Picture'}</span>
      <span className="shrink-0 text-xs text-muted-foreground">opens at {url.host}</span>
    </a>
  );
}
