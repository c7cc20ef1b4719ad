import { Injectable } from '@nestjs/common';
import type { LiveGeneration } from './live-generation.ts';

/** The generations that this node owns at the moment. */
@Injectable()
export class LiveGenerations {
  private readonly byId = new Map<string, LiveGeneration>();

  get size(): number {
    return this.byId.size;
  }

  get(generationId: string): LiveGeneration | undefined {
    return this.byId.get(generationId);
  }

  all(): LiveGeneration[] {
    return [...this.byId.values()];
  }

  add(live: LiveGeneration): void {
    this.byId.set(live.row.id, live);
  }

  /** Only this one: a newer attempt under the same id stays. */
  remove(live: LiveGeneration): void {
    if (this.byId.get(live.row.id) === live) this.byId.delete(live.row.id);
  }
}
