import type { ConnectionTest, TestConnection } from '@chatbox/contracts';
import { Injectable } from '@nestjs/common';
import { cleanBaseUrl } from './base-url.ts';
import { ChosenHosts } from './chosen-hosts.ts';
import { Connections } from './connections.ts';
import { vendorUrl } from './known-connection.ts';
import { ModelLists } from './model-lists.ts';
import { OFFLINE_CONNECTION, OFFLINE_LISTED } from './offline/offline.ts';
import type { Target } from './provider.ts';

/** Tries a connection by asking for its models, which costs nothing and needs the key. */
@Injectable()
export class ConnectionTests {
  constructor(
    private readonly connections: Connections,
    private readonly lists: ModelLists,
    private readonly hosts: ChosenHosts,
  ) {}

  async ofDraft({ kind, baseUrl: given, key }: TestConnection): Promise<ConnectionTest> {
    const baseUrl = given === undefined ? vendorUrl(kind) : cleanBaseUrl(given);
    const connection = { ...OFFLINE_LISTED, kind };
    return this.run({ connection, baseUrl, target: () => ({ baseUrl, key, fetch: this.hosts.fetch }) });
  }

  async ofKept(id: string): Promise<ConnectionTest> {
    if (id === OFFLINE_CONNECTION.id) return { ok: true, models: ['assistant'], milliseconds: 0 };
    return this.run(await this.connections.read(id));
  }

  private async run(known: Parameters<ModelLists['ask']>[0] & { target(): Target }): Promise<ConnectionTest> {
    const began = performance.now();
    const { models, problem } = await this.lists.ask(known);
    return {
      ok: problem === null,
      models: models.map(({ id }) => id),
      milliseconds: Math.round(performance.now() - began),
      ...(problem ? { error: problem } : {}),
    };
  }
}
