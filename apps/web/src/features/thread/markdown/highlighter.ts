import { createCodePlugin, type HighlightResult } from '@streamdown/code';

const plugin = createCodePlugin({ themes: ['github-light', 'github-dark-dimmed'] });

/** Rows of coloured pieces; arrives later when the language is not loaded yet. Unknown languages stay plain. */
export function highlight(
  code: string,
  language: string,
  isIncomplete: boolean,
  onLater: (result: HighlightResult) => void,
): HighlightResult | null {
  if (!plugin.supportsLanguage(language as never)) return null;
  return plugin.highlight({ code, language: language as never, themes: plugin.getThemes(), isIncomplete }, onLater);
}

export type { HighlightResult };
