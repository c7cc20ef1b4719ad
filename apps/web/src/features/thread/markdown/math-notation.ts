const CODE = /(```[\s\S]*?(?:```|$)|~~~[\s\S]*?(?:~~~|$)|`[^`\n]*`)/;

/**
 * Pandoc's rule (https://pandoc.org/MANUAL.html#extension-tex_math_dollars), so that prices stay prices: the opening dollar
 * has a character right after it, the closing one has a character right before it and no digit right after it.
 */
const SINGLE = /(?<![\\$\w])\$(?=[^\s$])([^$\n]*?[^\s$\\])\$(?![\d$])/g;

/** Models write \( … \), \[ … \] and $ … $; the renderer reads $$ … $$. Code is left as it is. */
export function toDollars(markdown: string): string {
  if (!/\$|\\\(|\\\[/.test(markdown)) return markdown;
  return markdown
    .split(CODE)
    .map((piece, index) => (index % 2 === 1 ? piece : dollars(piece)))
    .join('');
}

const dollars = (text: string): string =>
  text
    .replace(/\\\[([\s\S]+?)\\\]/g, (_, formula: string) => `$$${formula}$$`)
    .replace(/\\\(([^\n]+?)\\\)/g, (_, formula: string) => `$$${formula}$$`)
    .replace(SINGLE, (_, formula: string) => `$$${formula}$$`);

/** Of what `toDollars` made: a price alone does not load the formula renderer. */
export const hasMath = (markdown: string): boolean => markdown.includes('$$');
