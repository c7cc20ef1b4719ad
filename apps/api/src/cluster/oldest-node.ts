import { Engine } from '@chatbox/engine';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/**
 * Does what one of the replicas should do for all. While leases end and begin, two may take themselves for it for a moment, or
 * none: what is done that way has to bear both.
 */
@Injectable()
export class OldestNode {
  constructor(
    private readonly source: DataSource,
    private readonly engine: Engine,
  ) {}

  async isThis(): Promise<boolean> {
    const [row]: { id: string }[] = await this.source.query(
      'SELECT id FROM node WHERE lease_until > clock_timestamp() ORDER BY started_at, id LIMIT 1',
    );
    return row?.id === this.engine.nodeId;
  }
}
