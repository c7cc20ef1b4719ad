import type { Model } from '@chatbox/contracts';
import { Injectable } from '@nestjs/common';
import type { ChatRequest, ChatTurn } from '../../providers/provider.ts';
import { estimateTokens } from '../../usage/estimate-tokens.ts';
import { ConversationStore } from '../conversations/conversation-store.ts';
import { MessageStore } from '../messages/message-store.ts';
import { plainText } from './answer.ts';
import type { LiveGeneration } from './live-generation.ts';

/** For models whose upstream does not say; small enough for what runs on a laptop. */
const UNKNOWN_WINDOW = 32_768;
/** Part of the window that is left for the answer, where the model does not name its most. */
const ANSWER_SHARE = 0.25;

/** Builds what a model is asked: the system prompt and as much of the branch, from its end, as fits its window. */
@Injectable()
export class Context {
  constructor(
    private readonly conversations: ConversationStore,
    private readonly messages: MessageStore,
  ) {}

  async request(live: LiveGeneration, model: Model): Promise<Omit<ChatRequest, 'model'>> {
    const { row } = live;
    const [system, branch] = await Promise.all([
      this.conversations.systemPrompt(row.conversationId),
      this.messages.branch(row.messageId),
    ]);
    const turns = turnsThatFit(branch, roomFor(model, system));
    const onlyText = live.durableParts.length > 0 && live.durableParts.every(({ kind }) => kind === 'text');
    const prefill = model.capabilities.prefill && onlyText ? plainText(live.durableParts) : undefined;
    return {
      purpose: 'chat',
      turns,
      ...(system && { system }),
      ...(prefill && { prefill }),
      signal: live.abort.signal,
    };
  }
}

function roomFor(model: Model, system: string | null): number {
  const window = model.contextWindow ?? UNKNOWN_WINDOW;
  const answer = Math.min(model.maxOutputTokens ?? window, window * ANSWER_SHARE);
  return window - answer - estimateTokens(system ?? '');
}

/** The last turn always goes, however long: the provider then says that it is too long, and a person can act on it. */
export function turnsThatFit(branch: readonly ChatTurn[], room: number): ChatTurn[] {
  const turns: ChatTurn[] = [];
  let used = 0;
  for (const turn of branch.toReversed()) {
    if (turn.content === '') continue;
    used += estimateTokens(turn.content);
    if (turns.length > 0 && used > room) break;
    turns.unshift(turn);
  }
  // A conversation begins with the person: what is left of an exchange whose question did not fit goes too.
  while (turns.length > 1 && turns[0]?.role === 'assistant') turns.shift();
  return turns;
}
