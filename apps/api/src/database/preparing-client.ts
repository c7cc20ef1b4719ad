import { ImpatientClient } from './impatient-client.ts';

/** More texts than a program has written down are made while it runs, and would fill the server's memory. */
const MOST_STATEMENTS = 500;
/** The columns of its answer change with a migration, and a prepared statement that answers otherwise than before is refused. */
const ANSWERS_WITH_ALL_COLUMNS = /^\s*SELECT\s+\*|RETURNING\s+\*\s*$/i;

const names = new Map<string, string>();

/**
 * Has the server keep the plan of every statement with parameters, under a name, for as long as the connection lives. Planning a
 * statement of the chat costs PostgreSQL more than running it, and TypeORM has no way to name one. A pooler between must
 * know prepared statements (PgBouncer from 1.21 on: max_prepared_statements).
 */
export class PreparingClient extends ImpatientClient {
  // biome-ignore lint/suspicious/noExplicitAny: pg's own overloads, passed through
  override query(text: any, values?: any, ...rest: any[]): any {
    const query = super.query.bind(this) as (...args: unknown[]) => unknown;
    // With a patience of its own.
    if (text?.patience !== undefined) return query({ ...text, name: nameOf(text.text) }, values, ...rest);
    const name = typeof text === 'string' && Array.isArray(values) && values.length > 0 ? nameOf(text) : undefined;
    return name === undefined ? query(text, values, ...rest) : query({ name, text, values }, ...rest);
  }
}

function nameOf(text: string): string | undefined {
  const known = names.get(text);
  if (known !== undefined) return known;
  if (names.size >= MOST_STATEMENTS || ANSWERS_WITH_ALL_COLUMNS.test(text)) return undefined;
  const name = `chatbox_${names.size}`;
  names.set(text, name);
  return name;
}
