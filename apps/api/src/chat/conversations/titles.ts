import type { Usage } from '@chatbox/contracts';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AppError } from '../../common/app-error.ts';
import { Logger } from '../../common/logger.ts';
import { Metrics } from '../../metrics/metrics.ts';
import { Tracing } from '../../metrics/tracing/tracing.ts';
import { callStep } from '../../providers/call-step.ts';
import { labelsOf, slugOf } from '../../providers/catalogue.ts';
import { Models } from '../../providers/models.ts';
import type { ResolvedModel } from '../../providers/provider.ts';
import { estimateTokens } from '../../usage/estimate-tokens.ts';
import { Ledger, spentIn } from '../../usage/ledger.ts';
import { Endings } from '../generations/endings.ts';
import { Fanout } from '../generations/fanout.ts';
import type { LiveGeneration } from '../generations/live-generation.ts';
import { MessageStore } from '../messages/message-store.ts';
import { ConversationStore } from './conversation-store.ts';

const TIMEOUT_MILLISECONDS = 20_000;
const LONGEST = 80;
/** Of question and answer; a title needs no more to go by. */
const EXCERPT = 2_000;

const INSTRUCTION =
  'Name this conversation in the language of its first message: two to six words, no quotation marks, no full stop. Answer with the name alone.';

/** Has a model name a conversation after its first exchange. A person's own title is never touched. */
@Injectable()
export class Titles implements OnModuleInit {
  constructor(
    private readonly endings: Endings,
    private readonly models: Models,
    private readonly messages: MessageStore,
    private readonly conversations: ConversationStore,
    private readonly ledger: Ledger,
    private readonly source: DataSource,
    private readonly fanout: Fanout,
    private readonly metrics: Metrics,
    private readonly tracing: Tracing,
    private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    this.endings.onEnd((live, conversation, { status }) => {
      if (conversation.title !== null || status !== 'completed') return;
      this.name(live).catch((error: unknown) => this.logger.warn({ err: error }, 'could not name a conversation'));
    });
  }

  private async name(live: LiveGeneration): Promise<void> {
    const { conversationId, accountId, messageId } = live.row;
    const question = (await this.messages.branch(messageId)).find(({ role }) => role === 'user')?.content ?? '';
    const model = await this.models.resolve(live.row.model);
    const { title, usage, failed } = await this.ask(model, question, live.shown.plain);
    const booking = this.ledger.row({
      accountId,
      conversationId,
      messageId: null,
      generationId: null,
      attempt: null,
      purpose: 'title',
      outcome: failed ? 'failed' : 'completed',
      model: model.model,
      usage,
    });
    const conversation = await this.source.transaction(async (manager) => {
      await this.ledger.write(manager, booking);
      await this.conversations.spend(manager, booking);
      return this.conversations.nameIfUnnamed(manager, conversationId, title);
    });
    this.metrics.spent(labelsOf(model.model), spentIn(booking));
    if (conversation) this.fanout.toAccount(accountId, { type: 'conversation', conversation });
  }

  /** A model that fails or rambles costs the conversation its clever name, not a name. */
  private async ask(model: ResolvedModel, question: string, answer: string) {
    const excerpt = `${question.slice(0, EXCERPT)}\n\n---\n\n${answer.slice(0, EXCERPT)}`.toWellFormed();
    let said = '';
    let usage: Usage | undefined;
    let failed = false;
    const listen = async (): Promise<Usage | undefined> => {
      const signal = AbortSignal.timeout(TIMEOUT_MILLISECONDS);
      const turns = [{ role: 'user' as const, content: excerpt }];
      for await (const chunk of model.stream({ purpose: 'title', system: INSTRUCTION, turns, signal })) {
        if (chunk.type === 'usage') usage = chunk.usage;
        else if (chunk.kind === 'text') said += chunk.text;
      }
      return usage;
    };
    try {
      await callStep(this.tracing, model, { 'chatbox.purpose': 'title' }, listen);
    } catch (error) {
      failed = true;
      if (error instanceof AppError && error.code.startsWith('provider.'))
        this.metrics.providerFailed(slugOf(model.model.id), error.code);
      this.logger.info({ err: error }, 'a model did not name a conversation; its first words do');
    }
    usage ??= {
      inputTokens: estimateTokens(INSTRUCTION + excerpt),
      cachedInputTokens: 0,
      outputTokens: estimateTokens(said),
      reasoningTokens: 0,
      estimated: true,
    };
    return { title: titleFrom(said) ?? titleFrom(question) ?? 'Conversation', usage, failed };
  }
}

/** The first line, without the quotation marks and the full stop that models like to add, cut at a word. */
export function titleFrom(text: string): string | undefined {
  const line = text
    .trim()
    .split('\n', 1)[0]
    ?.replace(/^[#*"'“”„«»\s]+|[*"'“”„«».\s]+$/g, '')
    .replace(/\s+/g, ' ');
  if (!line) return undefined;
  if (line.length <= LONGEST) return line;
  const cut = line.slice(0, LONGEST);
  const atWord = cut.slice(0, Math.max(cut.lastIndexOf(' '), LONGEST / 2));
  return `${atWord.replace(/[\ud800-\udbff]$/, '').trimEnd()}…`;
}
