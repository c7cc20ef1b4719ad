import type { Capabilities, Model, ModelList, Prices } from '@chatbox/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Cache, OF_SETTINGS } from '../cache/cache.ts';
import { AppError } from '../common/app-error.ts';
import { Config } from '../config/config.ts';
import { Adapters } from './adapters.ts';
import { isLoopback } from './base-url.ts';
import { catalogued } from './catalogue.ts';
import { Connections } from './connections.ts';
import { type KnownConnection, vendorUrl } from './known-connection.ts';
import { ModelLists } from './model-lists.ts';
import { OFFLINE_MODEL } from './offline/offline.ts';
import type { ResolvedModel, UpstreamModel } from './provider.ts';
import { storableChunks } from './storable-chunks.ts';

type Described = Omit<Model, 'isDefault'>;

const KEPT_DEFAULT = { key: 'default-model', version: 1, tags: [OF_SETTINGS], seconds: 5, graceSeconds: 60 };

/** The catalogue: every model that can be chosen, and the way to call it. */
@Injectable()
export class Models {
  constructor(
    private readonly source: DataSource,
    private readonly connections: Connections,
    private readonly lists: ModelLists,
    private readonly adapters: Adapters,
    private readonly cache: Cache,
    private readonly config: Config,
  ) {}

  /** A provider that cannot be asked is a problem in the answer, never a failure of it. */
  async list(): Promise<ModelList> {
    const [wanted, connections] = await Promise.all([this.wantedDefault(), this.connections.enabled()]);
    const lists = await Promise.all(connections.map(async (known) => ({ known, list: await this.lists.fresh(known) })));
    const models = lists.flatMap(({ known, list }) => list.models.map((model) => this.described(known, model)));
    const all = [...models, OFFLINE_MODEL];
    const standard = all.find(({ id }) => id === wanted) ?? all[0];
    return {
      items: all.map((model) => ({ ...model, isDefault: model === standard })),
      problems: lists.flatMap(({ known: { connection }, list: { problem } }) =>
        problem ? [{ connectionId: connection.id, connectionName: connection.name, ...problem }] : [],
      ),
    };
  }

  /**
   * null asks for the default: what the owner chose, else the first model of a connection, else the offline assistant. Fails
   * with model.not_found. A connection that cannot be asked at the moment is believed: its model may well answer.
   */
  async resolve(modelId: string | null): Promise<ResolvedModel> {
    const connections = await this.connections.enabled();
    if (modelId !== null) {
      const found = await this.find(modelId, connections);
      if (!found)
        throw new AppError('model.not_found', { detail: `There is no model "${modelId.slice(0, 100)}" here.` });
      return found;
    }
    const wanted = await this.wantedDefault();
    const chosen = wanted === null ? undefined : await this.find(wanted, connections);
    if (chosen) return chosen;
    for (const known of connections) {
      const [first] = (await this.lists.known(known)).models;
      if (first) return this.callable(known, first);
    }
    return this.offline();
  }

  private async find(modelId: string, connections: KnownConnection[]): Promise<ResolvedModel | undefined> {
    if (modelId === OFFLINE_MODEL.id) return this.offline();
    const place = placeOf(modelId, connections);
    if (!place) return undefined;
    const { known, upstreamId } = place;
    const isIt = ({ id }: UpstreamModel): boolean => id === upstreamId;
    const model = (await this.lists.known(known)).models.find(isIt);
    if (model) return this.callable(known, model);
    const { models, problem } = await this.lists.fresh(known);
    const now = models.find(isIt) ?? (problem ? { id: upstreamId } : undefined);
    return now && this.callable(known, now);
  }

  /** What the models cost, also those that are gone. The result asks nobody: not the providers, and not the database. */
  async priced(): Promise<(modelId: string) => Pick<Model, 'id' | 'provider' | 'prices'>> {
    const connections = await this.connections.enabled();
    return (modelId) => {
      if (modelId === OFFLINE_MODEL.id) return OFFLINE_MODEL;
      const place = placeOf(modelId, connections);
      return place
        ? described(place.known, { id: place.upstreamId })
        : { id: modelId, provider: 'offline', prices: null };
    };
  }

  private wantedDefault(): Promise<string | null> {
    return this.cache.remember(KEPT_DEFAULT, async () => {
      const rows: { value: unknown }[] = await this.source.query(
        `SELECT value FROM setting WHERE name = 'defaultModel'`,
      );
      return typeof rows[0]?.value === 'string' ? rows[0].value : null;
    });
  }

  private callable(known: KnownConnection, upstream: UpstreamModel): ResolvedModel {
    const { kind } = known.connection;
    const model = this.described(known, upstream);
    // Anthropic wants a limit in every request; the others do well without.
    const limit =
      kind === 'anthropic' && model.maxOutputTokens ? Math.min(model.maxOutputTokens, LONGEST_ANSWER) : undefined;
    return {
      model: { ...model, isDefault: false },
      stream: (request) =>
        storableChunks(
          this.adapters.of(kind).stream(known.target(), {
            ...request,
            maxOutputTokens: request.maxOutputTokens ?? limit,
            model: upstream.id,
          }),
        ),
    };
  }

  private described(known: KnownConnection, upstream: UpstreamModel): Described {
    const model = described(known, upstream);
    const names = this.config.MODELS_ASKED_ANEW?.split(',').map((name) => name.trim()) ?? [];
    const isAskedAnew = names.includes(model.id) || names.includes(known.connection.slug);
    return isAskedAnew ? { ...model, capabilities: { ...model.capabilities, continueTurn: false } } : model;
  }

  private offline(): ResolvedModel {
    return {
      model: { ...OFFLINE_MODEL, isDefault: false },
      stream: (request) => storableChunks(this.adapters.of('offline').stream({}, { ...request, model: 'assistant' })),
    };
  }
}

const LONGEST_ANSWER = 32_000;
/** Every model for conversations reads its earlier turns, and what a person says to them. */
const UNKNOWN: Capabilities = { vision: false, tools: false, reasoning: false, prefill: false, continueTurn: true };

/** Upstream ids may contain slashes; slugs do not. */
const placeOf = (modelId: string, connections: KnownConnection[]) => {
  const slash = modelId.indexOf('/');
  const upstreamId = modelId.slice(slash + 1);
  const known = connections.find(({ connection }) => connection.slug === modelId.slice(0, slash));
  return slash < 1 || upstreamId === '' || !known ? undefined : { known, upstreamId };
};

const described = ({ connection, baseUrl }: KnownConnection, upstream: UpstreamModel): Described => {
  const facts = catalogued(connection.kind, upstream.id);
  return {
    id: `${connection.slug}/${upstream.id}`,
    name: facts?.name ?? upstream.name ?? upstream.id,
    provider: connection.kind,
    connectionId: connection.id,
    connectionName: connection.name,
    // What the server says of itself goes before what the vendor says of its own.
    contextWindow: upstream.contextWindow ?? facts?.contextWindow ?? null,
    maxOutputTokens: upstream.maxOutputTokens ?? facts?.maxOutputTokens ?? null,
    capabilities: facts?.capabilities ?? UNKNOWN,
    prices: pricesOf(connection.kind, baseUrl, facts?.prices),
  };
};

/** The vendor's prices hold at the vendor; what a reseller asks for the same model is not known. */
const pricesOf = (kind: Model['provider'], baseUrl: string, prices: Prices | undefined): Prices | null => {
  if (isLoopback(baseUrl)) return OFFLINE_MODEL.prices;
  const atHome = new URL(baseUrl).host === new URL(vendorUrl(kind)).host;
  return atHome && prices ? prices : null;
};
