import type { UsageGroup, UsageQuery, UsageReport, UsageRow, UsageSums } from '@chatbox/contracts';
import { Injectable } from '@nestjs/common';
import { csvLine } from '../common/csv.ts';
import { Reads } from '../database/reads.ts';

const DAY_MILLISECONDS = 24 * 60 * 60_000;
const DEFAULT_DAYS = 30;
/** What a page shows; the export has all. */
const MOST_ROWS = 500;

const KEYS: Record<UsageGroup, string> = {
  day: `to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD')`,
  person: 'account_id::text',
  model: 'model',
};
const ORDER: Record<UsageGroup, string> = {
  day: 'key DESC',
  person: 'tokens DESC, key',
  model: 'tokens DESC, key',
};

/** `is_total` marks the one row that is the sum of all. An answer that took several calls is one message. */
const statement = (by: UsageGroup): string => `
  WITH booked AS (
    SELECT ${KEYS[by]} AS key, purpose, generation_id, input_tokens, cached_input_tokens, output_tokens, cost_micros
    FROM ledger WHERE at >= $1 AND at < $2
  ), summed AS (
    SELECT key, grouping(key) = 1 AS is_total,
      count(DISTINCT generation_id) FILTER (WHERE purpose = 'chat') AS messages,
      count(*) AS calls,
      coalesce(sum(input_tokens), 0) AS input_tokens,
      coalesce(sum(cached_input_tokens), 0) AS cached_input_tokens,
      coalesce(sum(output_tokens), 0) AS output_tokens,
      coalesce(sum(input_tokens::bigint + output_tokens), 0) AS tokens,
      coalesce(sum(cost_micros), 0) AS cost_micros,
      count(*) FILTER (WHERE cost_micros IS NULL) AS unpriced_calls
    FROM booked GROUP BY GROUPING SETS ((key), ())
  )
  SELECT summed.*, account.name, account.email
  FROM summed LEFT JOIN account ON ${by === 'person' ? 'account.id::text = summed.key' : 'false'}
  ORDER BY is_total DESC, ${ORDER[by]}`;

interface Row {
  key: string | null;
  is_total: boolean;
  name: string | null;
  email: string | null;
  messages: string;
  calls: string;
  input_tokens: string;
  cached_input_tokens: string;
  output_tokens: string;
  cost_micros: string;
  unpriced_calls: string;
}

/** Sums over the ledger: what was used, by whom, of what, and when. */
@Injectable()
export class UsageReports {
  constructor(private readonly reads: Reads) {}

  async report(query: UsageQuery): Promise<UsageReport> {
    const { from, to } = span(query);
    const [total, ...items] = await this.rows(query);
    return {
      from: from.toISOString(),
      to: to.toISOString(),
      by: query.by,
      items: items.slice(0, MOST_ROWS).map(toRow),
      left: Math.max(items.length - MOST_ROWS, 0),
      total: sumsOf(total),
    };
  }

  /** Money stands in the table as the ledger has it, in micro-dollars: sums of it are exact. */
  async csv(query: UsageQuery): Promise<string> {
    const [, ...rows] = await this.rows(query);
    const head = [query.by, 'name', 'email', 'messages', 'calls', 'input_tokens', 'cached_input_tokens'];
    const lines = rows.map((row) => [
      row.key,
      row.name,
      row.email,
      row.messages,
      row.calls,
      row.input_tokens,
      row.cached_input_tokens,
      row.output_tokens,
      row.cost_micros,
      row.unpriced_calls,
    ]);
    return [[...head, 'output_tokens', 'cost_micros', 'unpriced_calls'], ...lines].map(csvLine).join('');
  }

  private rows(query: UsageQuery): Promise<Row[]> {
    const { from, to } = span(query);
    return this.reads.query<Row>(statement(query.by), [from, to]);
  }
}

/** Rows are whole days of UTC: a report that nobody gave a beginning begins with one. */
const firstDay = (end: Date): Date => {
  const lastMoment = end.getTime() - 1;
  return new Date(lastMoment - (lastMoment % DAY_MILLISECONDS) - (DEFAULT_DAYS - 1) * DAY_MILLISECONDS);
};

const span = ({ from, to }: UsageQuery): { from: Date; to: Date } => {
  const end = to === undefined ? new Date() : new Date(to);
  return {
    from: from === undefined ? firstDay(end) : new Date(from),
    to: end,
  };
};

const toRow = (row: Row): UsageRow => ({
  key: row.key,
  name: row.name ?? row.email,
  email: row.email,
  ...sumsOf(row),
});

const sumsOf = (row: Row | undefined): UsageSums => ({
  messages: Number(row?.messages ?? 0),
  calls: Number(row?.calls ?? 0),
  inputTokens: Number(row?.input_tokens ?? 0),
  cachedInputTokens: Number(row?.cached_input_tokens ?? 0),
  outputTokens: Number(row?.output_tokens ?? 0),
  costMicros: Number(row?.cost_micros ?? 0),
  unpricedCalls: Number(row?.unpriced_calls ?? 0),
});
