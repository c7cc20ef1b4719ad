const CODE = /(```[\s\S]*?(?:```|$)|~~~[\s\S]*?(?:~~~|$)|`[^`\n]*`)/;

/** Models write \( … \) and \[ … \]; the renderer reads $$ … $$. Code is left as it is. */
export function toDollars(markdown: string): string {
  if (!markdown.includes('\\(') && !markdown.includes('\\[')) return markdown;
  return markdown
    .split(CODE)
    .map((piece, index) => (index % 2 === 1 ? piece : dollars(piece)))
    .join('');
}

const dollars = (text: string): string =>
  text
    .replace(/\\\[([\s\S]+?)\\\]/g, (_, formula: string) => `$$${formula}$$`)
    .replace(/\\\(([^\n]+?)\\\)/g, (_, formula: string) => `$$${formula}$$`);

export const hasMath = (markdown: string): boolean => /\$\$|\\\(|\\\[/.test(markdown);
