import { Injectable } from '@nestjs/common';
import { type Lease, NodeLease } from '../../cluster/node-lease.ts';
import type { ResolvedModel } from '../../providers/provider.ts';
import { GenerationStore } from './generation-store.ts';
import { Generations } from './generations.ts';

/** How often, and for how long, is looked for what the database may have begun. */
const LOOK_MILLISECONDS = 500;
const PATIENCE_MILLISECONDS = 300_000;

interface Lost {
  lease: Lease;
  model: ResolvedModel;
  until: number;
}

/**
 * Generations whose beginning was sent to the database and whose answer was lost on the way. It may have begun them, now or when
 * what it waits for is there. Then they are this node's, and nobody else would run them while the lease holds.
 */
@Injectable()
export class LostBeginnings {
  private readonly lost = new Map<string, Lost>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly store: GenerationStore,
    private readonly generations: Generations,
    private readonly lease: NodeLease,
  ) {}

  lookFor(generationId: string, lease: Lease, model: ResolvedModel): void {
    this.lost.set(generationId, { lease, model, until: performance.now() + PATIENCE_MILLISECONDS });
    this.lookLater();
  }

  private lookLater(): void {
    this.timer ??= setTimeout(() => void this.look(), LOOK_MILLISECONDS).unref();
  }

  private async look(): Promise<void> {
    const now = performance.now();
    for (const [id, { lease, until }] of this.lost)
      if (now > until || !this.lease.isOf(lease.epoch)) this.lost.delete(id);
    const ids = [...this.lost.keys()];
    for (const row of ids.length === 0 ? [] : await this.store.readAll(ids).catch(() => [])) {
      const found = this.lost.get(row.id);
      this.lost.delete(row.id);
      if (found && row.status === 'running' && row.attempt === 1 && row.epoch === found.lease.epoch)
        this.generations.start(row, found.model);
    }
    this.timer = undefined;
    if (this.lost.size > 0) this.lookLater();
  }
}
