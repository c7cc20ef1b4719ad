import { ArrowLeft } from 'lucide-react';
import Link from 'next/link';
import { type Block, blocksOf, type Part } from './blocks';

function PartOf({ part: { kind, text } }: { part: Part }) {
  if (kind === 'code') return <code className="rounded-sm bg-hover px-1 py-0.5 font-mono text-[0.85em]">{text}</code>;
  if (kind === 'words') return text;
  return (
    <Link className="text-accent underline underline-offset-4" href={`/admin/runbooks/${text}`}>
      {text}
    </Link>
  );
}

function BlockOf({ block }: { block: Block }) {
  if (block.kind === 'heading') return <h2 className="mt-4 text-base font-semibold tracking-tight">{block.text}</h2>;
  if (block.kind === 'code') {
    // Whole at once, however long: nobody should scroll for the end of a command at night.
    return (
      <pre className="rounded-lg border bg-surface px-4 py-3 font-mono text-xs leading-5 break-words whitespace-pre-wrap">
        {block.text}
      </pre>
    );
  }
  return (
    <p className="max-w-[70ch]">
      {block.parts.map((part, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the text of a build never changes
        <PartOf key={index} part={part} />
      ))}
    </p>
  );
}

/** What to do about an alert: symptom, check, act. */
export function RunbookPage({ name, text }: { name: string; text: string }) {
  return (
    <article className="flex flex-col gap-3">
      <Link
        className="flex min-h-11 items-center gap-1.5 self-start text-muted-foreground hover:text-text lg:min-h-8"
        href="/admin/alerts"
      >
        <ArrowLeft aria-hidden className="size-4" />
        Alerts
      </Link>
      <h1 className="text-xl font-semibold tracking-tight break-words">{name}</h1>
      {blocksOf(text).map((block, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the text of a build never changes
        <BlockOf key={index} block={block} />
      ))}
    </article>
  );
}
