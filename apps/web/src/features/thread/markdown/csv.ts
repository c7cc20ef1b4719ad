/** A cell that begins with one of these is run as a formula by spreadsheets (OWASP, CSV Injection). */
const FORMULA = /^[=+\-@\t\r]/;
const NUMBER = /^[+-]?\d[\d\s.,]*%?$/;

const cell = (text: string): string => {
  const safe = FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  return /[",\r\n;\t]/.test(safe) || safe !== safe.trim() ? `"${safe.replaceAll('"', '""')}"` : safe;
};

/** RFC 4180, with formulas disarmed. */
export const toCsv = (rows: readonly (readonly string[])[]): string =>
  rows.map((row) => row.map(cell).join(',')).join('\r\n');

export const rowsOf = (table: HTMLTableElement): string[][] =>
  Array.from(table.rows, (row) => Array.from(row.cells, (one) => (one.textContent ?? '').trim()));
