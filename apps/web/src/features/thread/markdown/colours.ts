import { bundledLanguages, bundledLanguagesInfo, createHighlighter, type GrammarState, type Highlighter } from 'shiki';
import { createJavaScriptRegexEngine } from 'shiki/engine/javascript';
import type { Piece } from './highlighter';

const THEMES = { light: 'github-light', dark: 'github-dark-dimmed' } as const;
/** Blocks that stream at once and are remembered. */
const MOST_BLOCKS = 4;
/**
 * Milliseconds for one line. Beyond it Shiki leaves the rest of the line without colours, and half a second, which it takes by
 * itself, is over on a busy machine before the grammars of a page are compiled.
 */
const LINE_PATIENCE = 30_000;

/** A block up to the end of a line: what comes after does not change its colours. */
interface Beginning {
  language: string;
  text: string;
  lines: Piece[][];
  state: GrammarState | undefined;
}

const ALIASES = new Map(bundledLanguagesInfo.flatMap(({ id, aliases = [] }) => aliases.map((alias) => [alias, id])));

/** The grammar for what an author wrote behind the fence; undefined where there is none. */
export const grammarOf = (language: string): string | undefined => {
  const name = language.trim().toLowerCase();
  const id = ALIASES.get(name) ?? name;
  return Object.hasOwn(bundledLanguages, id) ? id : undefined;
};

/** Colours of code in both themes. A block that grows is gone on with at its last whole line. */
export class Colours {
  private opening: Promise<Highlighter> | undefined;
  private beginnings: Beginning[] = [];

  /** Pieces by line; null where the language is not known. */
  async of(code: string, language: string): Promise<Piece[][] | null> {
    const grammar = grammarOf(language);
    if (!grammar) return null;
    this.opening ??= createHighlighter({
      themes: Object.values(THEMES),
      langs: [],
      engine: createJavaScriptRegexEngine({ forgiving: true }),
    });
    const shiki = await this.opening;
    await shiki.loadLanguage(grammar as keyof typeof bundledLanguages);

    const end = code.lastIndexOf('\n') + 1;
    const whole = this.extend(shiki, this.take(grammar, code), code.slice(0, end));
    this.beginnings = [whole, ...this.beginnings].slice(0, MOST_BLOCKS);
    return [...whole.lines, ...this.colour(shiki, whole, code.slice(end)).lines];
  }

  /** The longest known beginning of this code, which is not kept any longer: its successor will be. */
  private take(language: string, code: string): Beginning {
    const [best] = this.beginnings
      .filter((known) => known.language === language && code.startsWith(known.text))
      .sort((a, b) => b.text.length - a.text.length);
    this.beginnings = this.beginnings.filter((known) => known !== best);
    return best ?? { language, text: '', lines: [], state: undefined };
  }

  private extend(shiki: Highlighter, known: Beginning, text: string): Beginning {
    if (text.length === known.text.length) return known;
    const { lines, state } = this.colour(shiki, known, text.slice(known.text.length));
    // Behind the last line break there is one more line, still empty.
    return { ...known, text, lines: [...known.lines, ...lines.slice(0, -1)], state };
  }

  private colour(
    shiki: Highlighter,
    { language, state }: Beginning,
    text: string,
  ): { lines: Piece[][]; state: GrammarState | undefined } {
    const { tokens, grammarState } = shiki.codeToTokens(text, {
      lang: language as keyof typeof bundledLanguages,
      themes: THEMES,
      tokenizeTimeLimit: LINE_PATIENCE,
      ...(state ? { grammarState: state } : {}),
    });
    const lines = tokens.map((line) =>
      line.map(({ content, color, htmlStyle }) => ({
        content,
        light: htmlStyle?.color ?? color,
        dark: htmlStyle?.['--shiki-dark'],
      })),
    );
    return { lines, state: grammarState };
  }
}
