import { Engine } from '@chatbox/engine';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Config } from '../config/config.ts';
import type { NodeReading } from './conditions.ts';
import { Reading } from './reading.ts';

/** A replica that said nothing at so many looks, and longer than its lease, is gone. */
const MISSED_LOOKS = 3;
/** For so many looks that is told; then it is how things are. */
const TOLD_LOOKS = 40;

interface Row {
  nodeId: string;
  reading: unknown;
  /** Seconds since it first and last said something, by the clock of the database. */
  firstAgo: number;
  ago: number;
}

/** Owns the table `node_reading`: what each replica counted lately. */
@Injectable()
export class NodeReadings {
  constructor(
    private readonly source: DataSource,
    private readonly engine: Engine,
    private readonly config: Config,
  ) {}

  async report(reading: Reading): Promise<void> {
    await this.source.query(
      `INSERT INTO node_reading (node_id, reading) VALUES ($1, $2)
       ON CONFLICT (node_id) DO UPDATE SET reading = excluded.reading, at = clock_timestamp()`,
      [this.engine.nodeId, JSON.stringify(reading)],
    );
  }

  /** Those that are there, and those that are gone without having left and without another in their place. */
  async survey(): Promise<{ present: NodeReading[]; gone: string[] }> {
    const { ALERT_EVERY_SECONDS: every, LEASE_SECONDS: lease } = this.config;
    const missed = every * MISSED_LOOKS + lease;
    const rows: Row[] = await this.source.query(
      `SELECT node_id AS "nodeId", reading, extract(epoch FROM clock_timestamp() - at)::float AS ago,
         extract(epoch FROM clock_timestamp() - first_at)::float AS "firstAgo"
       FROM node_reading WHERE at > clock_timestamp() - make_interval(secs => $1) ORDER BY at DESC, node_id`,
      [missed + every * TOLD_LOOKS],
    );
    const present = rows.filter(({ ago }) => ago <= missed);
    const gone = rows.filter(({ ago }) => ago > missed);
    // Each that began after another had gone takes the place of one; the first that went is replaced first.
    const newcomers = present.map(({ firstAgo }) => firstAgo).sort((a, b) => b - a);
    const missing = gone
      .toSorted((a, b) => b.ago - a.ago)
      .filter(({ ago }) => {
        const place = newcomers.findIndex((firstAgo) => firstAgo <= ago);
        if (place >= 0) newcomers.splice(place, 1);
        return place < 0;
      });
    return { present: present.flatMap(toNodeReading), gone: missing.map(({ nodeId }) => nodeId) };
  }

  /** This replica stops in order; nobody needs to look for it. */
  async leave(): Promise<void> {
    await this.source.query('DELETE FROM node_reading WHERE node_id = $1', [this.engine.nodeId]);
  }

  async forgetOld(): Promise<void> {
    await this.source.query(`DELETE FROM node_reading WHERE at < clock_timestamp() - interval '1 day'`);
  }
}

/** A replica of another version may count other things; it is not judged by them. */
const toNodeReading = ({ nodeId, reading }: Row): NodeReading[] => {
  const parsed = Reading.safeParse(reading);
  return parsed.success ? [{ nodeId, reading: parsed.data }] : [];
};
