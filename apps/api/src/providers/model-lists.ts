import { createHash } from 'node:crypto';
import type { ErrorCode } from '@chatbox/contracts';
import { Injectable } from '@nestjs/common';
import { Cache } from '../cache/cache.ts';
import { AppError } from '../common/app-error.ts';
import { Logger } from '../common/logger.ts';
import { Adapters } from './adapters.ts';
import { isForChat, rankOf } from './catalogue.ts';
import { type KnownConnection, vendorUrl } from './known-connection.ts';
import type { UpstreamModel } from './provider.ts';

export interface Problem {
  code: ErrorCode;
  detail: string;
}
export interface UpstreamList {
  models: UpstreamModel[];
  problem: Problem | null;
}

interface Kept {
  version: string;
  list: UpstreamList;
  readAt: number;
  reading: Promise<UpstreamList> | null;
}

const PATIENCE_MILLISECONDS = 4_000;
/** Here, and as long again where all replicas keep it. */
const FRESH_MILLISECONDS = 30_000;
/** A server that was away may be back soon; asking it at every page would make the page wait for it. */
const FAILURE_FRESH_MILLISECONDS = 10_000;

/** What each connection lists, kept for a minute, by all replicas together. A list is never an error: what went wrong is in it. */
@Injectable()
export class ModelLists {
  private readonly kept = new Map<string, Kept>();

  constructor(
    private readonly adapters: Adapters,
    private readonly cache: Cache,
    private readonly logger: Logger,
  ) {}

  /** At most a minute old. */
  async fresh(known: KnownConnection): Promise<UpstreamList> {
    const kept = this.keptOf(known);
    if (kept && isFresh(kept)) return kept.list;
    return kept?.reading ?? this.read(known, kept);
  }

  /** The last known list at once, while a newer one is fetched behind it; waits only where there is none. */
  async known(known: KnownConnection): Promise<UpstreamList> {
    const kept = this.keptOf(known);
    if (!kept || kept.list.models.length === 0) return this.fresh(known);
    if (!isFresh(kept) && !kept.reading) void this.read(known, kept);
    return kept.list;
  }

  /** Asks now, also where the answer is known. */
  async ask(known: Pick<KnownConnection, 'connection' | 'baseUrl' | 'target'>): Promise<UpstreamList> {
    const { kind } = known.connection;
    const vendorsOwn = known.baseUrl === vendorUrl(kind);
    try {
      const signal = AbortSignal.timeout(PATIENCE_MILLISECONDS);
      const all = await this.adapters.of(kind).listModels(known.target(), signal);
      const models = all.filter(({ id }) => isForChat(kind, id, vendorsOwn));
      models.sort((a, b) => rankOf(kind, a.id) - rankOf(kind, b.id) || a.id.localeCompare(b.id, 'en'));
      return { models, problem: null };
    } catch (error) {
      return { models: [], problem: this.problemOf(error, known) };
    }
  }

  /** One replica asks for all. What went wrong is found out by each: it may be the replica's own trouble. */
  private async together(known: KnownConnection): Promise<UpstreamList> {
    try {
      const models = await this.cache.remember(keptAs(known), async () => {
        const list = await this.ask(known);
        if (list.problem) throw new Unlisted(list);
        return list.models;
      });
      return { models, problem: null };
    } catch (error) {
      if (error instanceof Unlisted) return error.list;
      throw error;
    }
  }

  private async read(known: KnownConnection, before: Kept | undefined): Promise<UpstreamList> {
    const { id } = known.connection;
    const reading = this.together(known);
    const nothing: UpstreamList = { models: [], problem: null };
    this.kept.set(id, { version: known.version, list: before?.list ?? nothing, readAt: before?.readAt ?? 0, reading });
    const list = await reading;
    this.kept.set(id, { version: known.version, list, readAt: performance.now(), reading: null });
    return list;
  }

  private keptOf({ connection, version }: KnownConnection): Kept | undefined {
    const kept = this.kept.get(connection.id);
    return kept?.version === version ? kept : undefined;
  }

  private problemOf(error: unknown, { connection, baseUrl }: Pick<KnownConnection, 'connection' | 'baseUrl'>): Problem {
    if (error instanceof AppError) return { code: error.code, detail: error.message };
    const { host } = new URL(baseUrl);
    if (error instanceof DOMException && error.name === 'TimeoutError') {
      const seconds = PATIENCE_MILLISECONDS / 1_000;
      return { code: 'provider.timeout', detail: `${host} did not list its models (timeout after ${seconds} s).` };
    }
    this.logger.error({ connection: connection.slug, cause: String(error) }, 'a model list failed unexpectedly');
    return { code: 'provider.bad_response', detail: `${host} sent a list of models that was not understood.` };
  }
}

/** A list that is not worth keeping. */
class Unlisted extends Error {
  constructor(readonly list: UpstreamList) {
    super('the server did not list its models');
  }
}

/** Another address or another version of the connection is another list. */
const keptAs = ({ connection: { id }, version, baseUrl }: KnownConnection) => {
  const digest = createHash('sha256').update(`${version} ${baseUrl}`).digest('hex').slice(0, 16);
  return { key: `model-lists/${id}/${digest}`, version: 1, seconds: FRESH_MILLISECONDS / 1_000 };
};

const isFresh = ({ list, readAt, reading }: Kept): boolean => {
  if (reading && readAt === 0) return false;
  return performance.now() - readAt < (list.problem ? FAILURE_FRESH_MILLISECONDS : FRESH_MILLISECONDS);
};
