import { setTimeout as pause } from 'node:timers/promises';
import type { GenerationError, PartKind, TerminalStatus, Usage } from '@chatbox/contracts';
import { ERRORS } from '@chatbox/contracts';
import { Injectable } from '@nestjs/common';
import { NodeLease } from '../../cluster/node-lease.ts';
import { AppError } from '../../common/app-error.ts';
import { isDatabaseAway } from '../../common/database-away.ts';
import { Logger } from '../../common/logger.ts';
import { storable } from '../../common/storable.ts';
import { Metrics, type ModelLabels } from '../../metrics/metrics.ts';
import { Tracing } from '../../metrics/tracing/tracing.ts';
import { callStep } from '../../providers/call-step.ts';
import { labelsOf, slugOf } from '../../providers/catalogue.ts';
import { Models } from '../../providers/models.ts';
import type { ResolvedModel } from '../../providers/provider.ts';
import { estimateTokens } from '../../usage/estimate-tokens.ts';
import { type Asked, Context } from './context.ts';
import { Endings } from './endings.ts';
import { Fanout } from './fanout.ts';
import { GenerationStore } from './generation-store.ts';
import { Journal, LeaseGone } from './journal.ts';
import type { LiveGeneration } from './live-generation.ts';
import type { Verdict } from './overlap.ts';

type Spoken = Extract<PartKind, 'text' | 'reasoning'>;

const RETRY_MILLISECONDS = 250;

/** Runs one attempt: calls the model, puts what it says through the journal, and ends it in exactly one way. */
@Injectable()
export class Runner {
  constructor(
    private readonly models: Models,
    private readonly context: Context,
    private readonly journal: Journal,
    private readonly store: GenerationStore,
    private readonly endings: Endings,
    private readonly fanout: Fanout,
    private readonly lease: NodeLease,
    private readonly metrics: Metrics,
    private readonly tracing: Tracing,
    private readonly logger: Logger,
  ) {}

  /**
   * Never rejects. Returns when the attempt has its terminal state, or when this node lost it. `known` is the model where
   * the caller has looked it up already.
   */
  async run(live: LiveGeneration, known?: ResolvedModel): Promise<void> {
    let model = known;
    let asked: Asked | undefined;
    let usage: Usage | undefined;
    let status: TerminalStatus = 'completed';
    let error: GenerationError | null = null;
    try {
      const found = await this.patiently(live, async () => known ?? (await this.models.resolve(live.row.model)));
      model = found;
      asked = await this.patiently(live, () => this.context.request(live, found.model));
      usage = await this.call(live, model, asked);
      if (live.shown.position === 0 && !(await this.anything(live))) throw new AppError('provider.bad_response', EMPTY);
    } catch (failure) {
      if (failure instanceof LeaseGone) return;
      if (live.stopRequested) status = 'stopped';
      else if (live.abort.signal.aborted) return;
      else ({ status, error } = this.failed(live, failure));
    }
    try {
      await this.journal.flushed(live.row);
    } catch {
      return;
    }
    if (live.isLetGo) return;
    await this.endings.end(live, {
      status,
      error,
      model: model?.model ?? { id: live.row.model, provider: 'offline', prices: null },
      usage: usage ?? estimated(asked, live),
    });
  }

  /** Asks the database until it answers, or the answer is stopped or another node's: one that is away for a moment costs it time, and no more. */
  private async patiently<T>(live: LiveGeneration, ask: () => Promise<T>): Promise<T> {
    for (;;) {
      live.abort.signal.throwIfAborted();
      try {
        return await ask();
      } catch (error) {
        if (!isDatabaseAway(error)) throw error;
        this.logger.warn({ err: error, generationId: live.row.id }, 'the database is away; an answer waits for it');
        await pause(RETRY_MILLISECONDS, undefined, { signal: live.abort.signal });
      }
    }
  }

  private call(live: LiveGeneration, model: ResolvedModel, asked: Asked): Promise<Usage | undefined> {
    const what = {
      'chatbox.purpose': 'answer',
      'chatbox.generation_id': live.row.id,
      'chatbox.attempt': live.row.attempt,
    };
    return callStep(this.tracing, model, what, () => this.converse(live, model, asked));
  }

  private async converse(live: LiveGeneration, model: ResolvedModel, asked: Asked): Promise<Usage | undefined> {
    const { request, comparison } = asked;
    const started = performance.now();
    const labels = labelsOf(model.model);
    let last: number | undefined;
    let usage: Usage | undefined;
    for await (const chunk of model.stream(request)) {
      if (chunk.type === 'usage') {
        usage = chunk.usage;
        continue;
      }
      if (chunk.text === '') continue;
      last = this.timed(labels, started, last);
      if (comparison) await this.settle(live, comparison.hear(chunk.kind, chunk.text));
      else this.say(live, chunk.kind, chunk.text);
      await this.journal.room();
      live.abort.signal.throwIfAborted();
    }
    if (comparison) await this.settle(live, comparison.end());
    return usage;
  }

  /** Returns when this piece came. What was read at once is one piece: less than a millisecond apart nobody sent it. */
  private timed(labels: ModelLabels, started: number, last: number | undefined): number {
    const now = performance.now();
    if (last === undefined) this.metrics.firstToken(labels, (now - started) / 1000, this.tracing.current?.traceId);
    else if (now - last >= 1) this.metrics.tokenGap(labels, (now - last) / 1000);
    return now;
  }

  private async settle(live: LiveGeneration, verdict: Verdict<Spoken>): Promise<void> {
    if (verdict.is === 'same') return;
    if (verdict.is === 'differs') await this.restart(live);
    for (const { kind, text } of verdict.pieces) this.say(live, kind, text);
  }

  private async restart(live: LiveGeneration): Promise<void> {
    const lease = this.lease.current;
    if (!lease || !(await this.patiently(live, () => this.store.restart(lease, live.row, live.durableParts))))
      throw new LeaseGone();
    this.fanout.toGeneration(live.row.conversationId, live.restart());
  }

  private say(live: LiveGeneration, kind: Spoken, text: string): void {
    this.journal.append(live.receive(kind, text));
  }

  private async anything(live: LiveGeneration): Promise<boolean> {
    await this.journal.flushed(live.row);
    return live.shown.position > 0;
  }

  private failed(live: LiveGeneration, failure: unknown): { status: TerminalStatus; error: GenerationError } {
    if (failure instanceof AppError) {
      const { code, message } = failure;
      if (code.startsWith('provider.')) this.metrics.providerFailed(slugOf(live.row.model), code);
      // It may repeat what the provider said.
      return { status: 'failed', error: { code, detail: storable(message), retry: ERRORS[code].retry } };
    }
    this.logger.error({ err: failure, generationId: live.row.id }, 'a generation failed unexpectedly');
    return { status: 'failed', error: { code: 'internal', detail: ERRORS.internal.title, retry: true } };
  }
}

const EMPTY = { detail: 'The model answered with nothing. Retry, or choose another model.' };

/** For providers that say nothing of usage, and for calls that were cut off before they did. */
function estimated(asked: Asked | undefined, live: LiveGeneration): Usage {
  const { system = '', turns = [], prefill = '' } = asked?.request ?? {};
  const heard = [system, ...turns.map(({ content }) => content), prefill];
  const { text } = live.shown;
  // What an earlier attempt said was counted with that one.
  const said = asked && text.startsWith(asked.after) ? text.slice(asked.after.length) : text;
  return {
    inputTokens: heard.reduce((sum, content) => sum + estimateTokens(content), 0),
    cachedInputTokens: 0,
    outputTokens: estimateTokens(said),
    reasoningTokens: 0,
    estimated: true,
  };
}
