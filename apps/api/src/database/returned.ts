/** TypeORM answers UPDATE and DELETE … RETURNING with [rows, count], and everything else with rows. */
export const returned = <T>(result: unknown): T[] => {
  const rows = result as T[] | [T[], number];
  return Array.isArray(rows[0]) && typeof rows[1] === 'number' ? rows[0] : (rows as T[]);
};
