import type { Page, PeopleQuery, Person } from '@chatbox/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { AppError } from '../../common/app-error.ts';

interface Row extends Omit<Person, 'createdAt' | 'lastSeenAt'> {
  readonly createdAt: Date;
  readonly lastSeenAt: Date | null;
  /** What the list is sorted by, as the database writes it. */
  readonly place: string;
}

/** Every sort is total with the id, and has no null: who was never seen comes before everybody. */
const SORTS: Record<PeopleQuery['sort'], { expression: string; type: string }> = {
  name: { expression: `lower(coalesce(a.name, a.email))`, type: 'text' },
  email: { expression: 'lower(a.email)', type: 'text' },
  createdAt: { expression: 'a.created_at', type: 'timestamptz' },
  lastSeenAt: { expression: `coalesce(seen.at, '-infinity')`, type: 'timestamptz' },
};

const FROM = `FROM account a
  LEFT JOIN LATERAL (SELECT max(last_used_at) AS at FROM session WHERE account_id = a.id) seen ON true`;
const COLUMNS = `a.id, a.email, a.name, a.role, a.status, a.created_at AS "createdAt", seen.at AS "lastSeenAt",
  (SELECT count(*)::int FROM session WHERE account_id = a.id AND ended_at IS NULL AND expires_at > clock_timestamp()) AS sessions,
  (SELECT count(*)::int FROM api_key WHERE account_id = a.id AND revoked_at IS NULL
     AND (expires_at IS NULL OR expires_at > clock_timestamp())) AS keys`;

/** Reads accounts for the administration. */
@Injectable()
export class People {
  constructor(private readonly source: DataSource) {}

  async list({ cursor, limit, search, role, status, sort, order }: PeopleQuery): Promise<Page<Person>> {
    const { expression, type } = SORTS[sort];
    const after = readCursor(cursor, sort, order);
    const rows: Row[] = await this.source.query(
      `SELECT ${COLUMNS}, (${expression})::text AS place ${FROM}
       WHERE ($2::text IS NULL OR a.email ILIKE $2 OR a.name ILIKE $2)
         AND ($3::text IS NULL OR a.role = $3) AND ($4::text IS NULL OR a.status = $4)
         AND ($5::text IS NULL OR (${expression}, a.id) ${order === 'asc' ? '>' : '<'} ($5::${type}, $6::uuid))
       ORDER BY ${expression} ${order}, a.id ${order} LIMIT $1`,
      [
        limit + 1,
        search ? pattern(search) : null,
        role ?? null,
        status ?? null,
        after?.place ?? null,
        after?.id ?? null,
      ],
    );
    const shown = rows.slice(0, limit);
    const last = rows.length > limit ? shown.at(-1) : undefined;
    return {
      items: shown.map(toPerson),
      nextCursor: last ? writeCursor({ sort, order, place: last.place, id: last.id }) : null,
    };
  }

  /** Throws `account.not_found`. */
  async read(id: string): Promise<Person> {
    const rows: Row[] = await this.source.query(`SELECT ${COLUMNS} ${FROM} WHERE a.id = $1`, [id]);
    const [row] = rows;
    if (!row) throw new AppError('account.not_found');
    return toPerson(row);
  }
}

/** What the person typed, wherever it stands; `%` and `_` are letters like others. */
const pattern = (search: string): string => `%${search.replace(/[\\%_]/g, '\\$&')}%`;

const Place = z.strictObject({
  sort: z.string(),
  order: z.string(),
  place: z.string().refine((text) => !text.includes('\u0000')),
  id: z.uuid(),
});
const Instant = z.union([
  z.literal('-infinity'),
  z.string().regex(/^\d{4,6}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?[+-]\d\d(:\d\d)?$/),
]);

const writeCursor = (place: z.infer<typeof Place>): string => Buffer.from(JSON.stringify(place)).toString('base64url');

const readCursor = (
  text: string | undefined,
  sort: PeopleQuery['sort'],
  order: string,
): z.infer<typeof Place> | undefined => {
  if (text === undefined) return undefined;
  try {
    const place = Place.parse(JSON.parse(Buffer.from(text, 'base64url').toString()));
    if (place.sort !== sort || place.order !== order) throw new Error('a cursor of another order');
    if (SORTS[sort].type === 'timestamptz') Instant.parse(place.place);
    return place;
  } catch {
    throw new AppError('request.invalid', { issues: [{ path: 'cursor', message: 'is not a cursor of this list' }] });
  }
};

const toPerson = ({ id, email, name, role, status, createdAt, lastSeenAt, sessions, keys }: Row): Person => ({
  id,
  email,
  name,
  role,
  status,
  createdAt: createdAt.toISOString(),
  lastSeenAt: lastSeenAt?.toISOString() ?? null,
  sessions,
  keys,
});
