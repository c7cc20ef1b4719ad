/** What a spreadsheet takes for the beginning of a formula, also in its full-width form (OWASP, CSV injection). */
const FORMULA = /^[\s\p{Cc}]*[=+\-@|%＝＋－＠]/u;

/** One line of RFC 4180. Every field is quoted, and one that could be a formula begins with an apostrophe. */
export const csvLine = (fields: readonly (string | null)[]): string => `${fields.map(csvField).join(',')}\r\n`;

const csvField = (field: string | null): string => {
  const text = field ?? '';
  return `"${(FORMULA.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
};
