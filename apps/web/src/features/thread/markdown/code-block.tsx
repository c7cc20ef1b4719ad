import { Check, Copy, WrapText } from 'lucide-react';
import { memo, useEffect, useState } from 'react';
import { IconButton } from '@/components/ui/icon-button';
import { cn } from '@/lib/cn';
import { SCROLLS } from '../scrolls';
import { useCopy } from '../use-copy';
import { Highlighting, type Piece } from './highlighter';

/** Numbers help from here on; below, they are noise. */
const NUMBERED_FROM_LINES = 12;

interface Props {
  code: string;
  language: string;
}

export const CodeBlock = memo(function CodeBlock({ code, language }: Props) {
  const text = code.replace(/\n$/, '');
  const [isWrapped, setWrapped] = useState(false);
  const [copied, copy] = useCopy();
  const lines = useLines(text, language);
  const isNumbered = lines.length >= NUMBERED_FROM_LINES;
  return (
    <figure
      aria-label={language ? `Code, ${language}` : 'Code'}
      className="group/code my-4 overflow-hidden rounded-lg border bg-surface"
    >
      <figcaption className="flex h-9 items-center gap-0.5 border-b pr-1 pl-3.5 text-xs text-muted-foreground">
        <span className="flex-1 truncate font-mono">{language || 'text'}</span>
        <IconButton
          label={isWrapped ? 'Do not wrap lines' : 'Wrap lines'}
          aria-pressed={isWrapped}
          onClick={() => setWrapped((wrapped) => !wrapped)}
          className={cn('size-7', isWrapped && 'text-accent')}
        >
          <WrapText />
        </IconButton>
        <IconButton label={copied ? 'Copied' : 'Copy code'} onClick={() => copy(text)} className="size-7">
          {copied ? <Check className="text-success" /> : <Copy />}
        </IconButton>
      </figcaption>
      <pre
        {...SCROLLS}
        className="overflow-x-auto py-3 font-mono text-[0.8125rem] leading-[1.4rem] focus-visible:-outline-offset-2"
      >
        <code className={cn('block w-fit min-w-full', isWrapped && 'w-full whitespace-pre-wrap wrap-anywhere')}>
          {lines.map((line, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a line has no other name than its number
            <Line key={index} line={line} number={isNumbered ? index + 1 : undefined} />
          ))}
        </code>
      </pre>
    </figure>
  );
});

const Line = memo(
  function Line({ line, number }: { line: Piece[]; number: number | undefined }) {
    return (
      <span className={cn('block min-h-[1.4rem] px-3.5', number !== undefined && 'relative pl-12')}>
        {number === undefined ? null : (
          <span
            aria-hidden
            data-number={number}
            className="absolute left-0 w-8 text-right text-muted-foreground/70 select-none before:content-[attr(data-number)]"
          />
        )}
        {line.map((piece, index) => (
          <span
            // biome-ignore lint/suspicious/noArrayIndexKey: a piece has no other name than its place
            key={index}
            style={piece.light ? { color: `light-dark(${piece.light}, ${piece.dark ?? piece.light})` } : undefined}
          >
            {piece.content}
          </span>
        ))}
        {'\n'}
      </span>
    );
  },
  (a, b) =>
    a.number === b.number && a.line.length === b.line.length && a.line.every((piece, i) => same(piece, b.line[i])),
);

const same = (a: Piece, b: Piece | undefined): boolean =>
  a.content === b?.content && a.light === b.light && a.dark === b.dark;

/** Coloured as far as the colours have arrived; what came since then is plain, and nothing changes its place. */
function useLines(code: string, language: string): Piece[][] {
  const [coloured, setColoured] = useState<Piece[][]>();
  const [highlighting] = useState(() => new Highlighting(setColoured));
  useEffect(() => {
    if (language !== '') highlighting.want({ code, language });
  }, [highlighting, code, language]);
  useEffect(() => () => highlighting.close(), [highlighting]);

  return code.split('\n').map((content, index) => {
    const known = coloured?.[index];
    return known && known.map((piece) => piece.content).join('') === content ? known : [{ content }];
  });
}
