import { createCodePlugin, type HighlightResult } from '@streamdown/code';
import type { HighlightAnswer, HighlightWish, Piece } from './highlighter';

const plugin = createCodePlugin({ themes: ['github-light', 'github-dark-dimmed'] });

const piecesOf = (result: HighlightResult): Piece[][] =>
  result.tokens.map((line) =>
    line.map(({ content, color, htmlStyle }) => ({
      content,
      light: htmlStyle?.color ?? color,
      dark: htmlStyle?.['--shiki-dark'],
    })),
  );

self.onmessage = ({ data: { id, code, language, isIncomplete } }: MessageEvent<HighlightWish>) => {
  const tell = (lines: Piece[][] | null) => self.postMessage({ id, lines } satisfies HighlightAnswer);
  if (!plugin.supportsLanguage(language as never)) return tell(null);
  const answer = (result: HighlightResult) => tell(piecesOf(result));
  const now = plugin.highlight({ code, language: language as never, themes: plugin.getThemes(), isIncomplete }, answer);
  if (now) answer(now);
};
