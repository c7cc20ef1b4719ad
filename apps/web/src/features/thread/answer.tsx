import { type FeedEntry, isRunning } from '@chatbox/chat-client';
import type { Part } from '@chatbox/contracts';
import { lazy, memo, Suspense } from 'react';
import { useLive } from '@/lib/live';
import { AnswerActions } from './answer-actions';
import { Ended } from './ended';
import { useModelName } from './model-name';
import { Reasoning } from './reasoning';
import { Waiting } from './waiting';

const loadMarkdown = () => import('./markdown/markdown').then(({ Markdown }) => ({ default: Markdown }));
const Markdown = lazy(loadMarkdown);
/** Begins with the page, so that it is there when the first answer is. */
if (typeof window !== 'undefined') void loadMarkdown();

interface Props {
  entry: FeedEntry;
  isLast: boolean;
  onShowBranch: (messageId: string) => void;
  onRegenerate: (messageId: string, model?: string) => void;
}

export const Answer = memo(function Answer({ entry, isLast, onShowBranch, onRegenerate }: Props) {
  const { message } = entry;
  const name = useModelName(message.model);
  const { generation } = message;
  const isWriting = isRunning(message);
  const isAgain = (generation?.attempt ?? 1) > 1;
  const isReplicated = useLive()?.connection.hello?.replicated ?? false;
  return (
    <article aria-label={`Answer by ${name}`} aria-busy={isWriting} data-role="assistant" className="group/message">
      <p className="mb-1.5 text-xs text-muted-foreground">{name}</p>
      {runsOf(message.parts).map((part, index, parts) => (
        <PartView
          // biome-ignore lint/suspicious/noArrayIndexKey: parts are only ever appended to
          key={index}
          part={part}
          isStreaming={isWriting && index === parts.length - 1}
        />
      ))}
      {isWriting && isAgain ? (
        <p role="status" className="mt-2 flex items-center gap-2.5 text-sm text-muted-foreground">
          <span aria-hidden className="size-2.5 animate-pulse rounded-full bg-accent motion-reduce:animate-none" />
          {isReplicated ? 'Continuing on another server' : 'Going on after an interruption'}
        </p>
      ) : null}
      {isWriting && !isAgain && message.position === 0 ? <Waiting label={`Waiting for ${name}`} /> : null}
      {generation ? <Ended generation={generation} onRetry={() => onRegenerate(message.id)} /> : null}
      {isWriting ? (
        <div className="h-9.5" />
      ) : (
        <AnswerActions entry={entry} isLast={isLast} onShowBranch={onShowBranch} onRegenerate={onRegenerate} />
      )}
    </article>
  );
});

/** Neighbours of one kind are one text: a block of Markdown may begin in one part and end in the next. */
function runsOf(parts: readonly Part[]): Part[] {
  const runs: Part[] = [];
  for (const part of parts) {
    const last = runs.at(-1);
    if (last && last.kind === part.kind && (part.kind === 'text' || part.kind === 'reasoning')) {
      runs[runs.length - 1] = { ...last, text: last.text + part.text };
    } else if (part.text !== '' || part.data) runs.push(part);
  }
  return runs;
}

function PartView({ part, isStreaming }: { part: Part; isStreaming: boolean }) {
  if (part.kind === 'text') {
    return (
      <Suspense fallback={<p className="text-base whitespace-pre-wrap wrap-anywhere">{part.text}</p>}>
        <Markdown text={part.text} isStreaming={isStreaming} />
      </Suspense>
    );
  }
  const milliseconds = typeof part.data?.milliseconds === 'number' ? part.data.milliseconds : undefined;
  if (part.kind === 'reasoning') {
    return <Reasoning text={part.text} isThinking={isStreaming} milliseconds={milliseconds} />;
  }
  return (
    <pre className="my-3 overflow-x-auto rounded-lg border bg-surface px-3.5 py-2.5 font-mono text-xs text-muted-foreground">
      {part.text}
    </pre>
  );
}
