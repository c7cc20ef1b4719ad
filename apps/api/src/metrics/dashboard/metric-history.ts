import type { DataSource, EntityManager } from 'typeorm';
import { type Figures, type GaugeRules, merge, type Sample } from './samples.ts';

/** Rows of each resolution, in seconds, and how long they are kept. 0: as they were sampled. */
export const RESOLUTIONS = [
  { seconds: 0, keptSeconds: 75 * 60 },
  { seconds: 300, keptSeconds: 25 * 3600 },
  { seconds: 3600, keptSeconds: 8 * 24 * 3600 },
] as const;

/** Any number: only one process at a time makes coarse rows of fine ones. */
const TIDY_LOCK = 4_242_008;
/** A row that was given its time is there for all to see after so long. */
const SETTLED_SECONDS = 30;

interface Row {
  resolution: number;
  at: string;
  node: string;
  figures: Figures;
}

/** The table `metric_history`. A node writes rows as it samples; they become one row of all nodes for 5 minutes, and for an hour. */
export class MetricHistory {
  constructor(private readonly source: DataSource) {}

  /** Answers the time that the row was given, in seconds since 1970. */
  async add(node: string, figures: Figures): Promise<number> {
    const [row]: { at: string }[] = await this.source.query(
      `INSERT INTO metric_history (resolution, at, node, figures) VALUES (0, clock_timestamp(), $1, $2)
       RETURNING extract(epoch FROM at)::text AS at`,
      [node, JSON.stringify(figures)],
    );
    return Number(row?.at);
  }

  /**
   * Everything after a moment, each time once: as coarse as is kept for so long, and finer what has not become coarse yet. A coarse row
   * whose time began before the moment is whole.
   */
  async since(from: Date): Promise<Sample[]> {
    const age = (Date.now() - from.getTime()) / 1000;
    const coarsest = RESOLUTIONS.find(({ keptSeconds }) => age < keptSeconds) ?? RESOLUTIONS[2];
    const rows: Row[] = await this.source.query(
      `SELECT h.resolution, extract(epoch FROM h.at)::text AS at, h.node, h.figures
       FROM (SELECT DISTINCT resolution FROM metric_history WHERE resolution <= $2) tier
       CROSS JOIN LATERAL (
         SELECT coalesce(max(at), '-infinity') AS told FROM metric_history
         WHERE resolution > tier.resolution AND resolution <= $2
       ) coarser
       JOIN metric_history h ON h.resolution = tier.resolution AND h.at > coarser.told AND h.at > $1
       ORDER BY h.at`,
      [from, coarsest.seconds],
    );
    return rows.map(toSample);
  }

  /** Makes coarse rows of what has come to its end, and drops what is older than it is kept. */
  async tidy(rules: GaugeRules): Promise<void> {
    await this.source.transaction(async (manager) => {
      const [lock]: { taken: boolean }[] = await manager.query('SELECT pg_try_advisory_xact_lock($1) AS taken', [
        TIDY_LOCK,
      ]);
      if (!lock?.taken) return;
      for (const [index, { seconds }] of RESOLUTIONS.slice(1).entries())
        await coarsen(manager, RESOLUTIONS[index]?.seconds ?? 0, seconds, rules);
      for (const { seconds, keptSeconds } of RESOLUTIONS)
        await manager.query(
          `DELETE FROM metric_history WHERE resolution = $1 AND at < clock_timestamp() - make_interval(secs => $2)`,
          [seconds, keptSeconds],
        );
    });
  }
}

const coarsen = async (manager: EntityManager, fine: number, coarse: number, rules: GaugeRules): Promise<void> => {
  const rows: Row[] = await manager.query(
    `SELECT resolution, extract(epoch FROM at)::text AS at, node, figures FROM metric_history
     WHERE resolution = $1
       AND at > coalesce((SELECT max(at) FROM metric_history WHERE resolution = $2), '-infinity')
       AND at <= to_timestamp(floor((extract(epoch FROM clock_timestamp()) - $3) / $2::int) * $2::int)
     ORDER BY at`,
    [fine, coarse, SETTLED_SECONDS],
  );
  const parts = Map.groupBy(rows.map(toSample), ({ at }) => Math.ceil(at / coarse) * coarse);
  for (const [end, samples] of parts)
    await manager.query(
      `INSERT INTO metric_history (resolution, at, figures) VALUES ($1, to_timestamp($2), $3) ON CONFLICT DO NOTHING`,
      [coarse, end, JSON.stringify(merge(samples, rules))],
    );
};

const toSample = ({ resolution, at, node, figures }: Row): Sample => ({ resolution, at: Number(at), node, ...figures });
