import { RegistrationMode, ROLES, Role, type Settings, type UpdateSettings } from '@chatbox/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { z } from 'zod';
import { Cache, OF_SETTINGS } from '../cache/cache.ts';
import { AuditLog, type From } from '../common/audit-log.ts';
import type { Identity } from '../common/identity.ts';

/** A value nobody can read closes the door rather than opening it. */
const Stored = z.object({
  registration: RegistrationMode.catch('closed').default('open'),
  defaultModel: z.string().nullable().catch(null).default(null),
  factorRequiredFor: z
    .array(Role)
    .catch([...ROLES])
    .default([]),
});

/** Owns the table `setting`: what the owner decides for the whole installation. */
@Injectable()
export class InstallationSettings {
  constructor(
    private readonly source: DataSource,
    private readonly log: AuditLog,
    private readonly cache: Cache,
  ) {}

  async read(runner: Pick<EntityManager, 'query'> = this.source): Promise<Settings> {
    const rows: { name: string; value: unknown }[] = await runner.query('SELECT name, value FROM setting');
    return Stored.parse(Object.fromEntries(rows.map(({ name, value }) => [name, value])));
  }

  async update(change: UpdateSettings, { who, from }: { who: Identity; from: From }): Promise<Settings> {
    const given = Object.entries(change).filter(([, value]) => value !== undefined);
    await this.source.transaction(async (manager) => {
      await manager.query(
        `INSERT INTO setting (name, value)
       SELECT name, value::jsonb FROM unnest($1::text[], $2::text[]) AS given (name, value)
       ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = clock_timestamp()`,
        [given.map(([name]) => name), given.map(([, value]) => JSON.stringify(value))],
      );
      await this.log.record(manager, {
        actor: who,
        action: 'settings.changed',
        target: null,
        from,
        details: Object.fromEntries(given),
      });
    });
    await this.cache.forgetTagged(OF_SETTINGS);
    return this.read();
  }
}
