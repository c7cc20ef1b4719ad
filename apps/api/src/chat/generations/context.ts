import type { Model } from '@chatbox/contracts';
import { Injectable } from '@nestjs/common';
import type { ChatRequest, ChatTurn } from '../../providers/provider.ts';
import { estimateTokens } from '../../usage/estimate-tokens.ts';
import { ConversationStore } from '../conversations/conversation-store.ts';
import { MessageStore } from '../messages/message-store.ts';
import { plainText } from './answer.ts';
import { Continuation } from './continuation.ts';
import type { LiveGeneration } from './live-generation.ts';
import { type Comparison, Overlap } from './overlap.ts';

/** For models whose upstream does not say; small enough for what runs on a laptop. */
const UNKNOWN_WINDOW = 32_768;
/** Part of the window that is left for the answer, where the model does not name its most. */
const ANSWER_SHARE = 0.25;

/**
 * What the model reads after its own unfinished answer. The last words are asked for again because most models begin a
 * turn without white space: only the words show whether a space, a line or the rest of a word comes next.
 */
export const GO_ON =
  'Your answer was cut off. Go on exactly where it stops: write its last few words once more, so that the place is ' +
  'clear, and then what comes next. Repeat nothing else. No introduction, no comment; the same language, the same formatting.';

/** What a model is asked, and what its answer has to be compared with where an earlier attempt has said something. */
export interface Asked {
  request: Omit<ChatRequest, 'model'>;
  /** What the model is to go on after; empty where it begins. */
  after: string;
  comparison?: Comparison<'text' | 'reasoning'>;
}

/**
 * Builds what a model is asked: the system prompt and as much of the branch, from its end, as fits its window. After a
 * takeover the durable text comes last: as the beginning of the answer where the model can go on from there, else as a
 * turn of its own and the request to go on. Where there are only thoughts, or calls of tools, everything is asked anew.
 */
@Injectable()
export class Context {
  constructor(
    private readonly conversations: ConversationStore,
    private readonly messages: MessageStore,
  ) {}

  async request(live: LiveGeneration, model: Model): Promise<Asked> {
    const { row } = live;
    const [system, branch] = await Promise.all([
      this.conversations.systemPrompt(row.conversationId),
      this.messages.branch(row.messageId),
    ]);
    const way = wayOn(live, model);
    const said = way === 'anew' ? '' : plainText(live.durableParts);
    const after: ChatTurn[] =
      way === 'turn'
        ? [
            { role: 'assistant', content: said },
            { role: 'user', content: GO_ON },
          ]
        : [];
    const taken = estimateTokens(way === 'turn' ? said + GO_ON : said);
    return {
      request: {
        purpose: 'chat',
        turns: [...turnsThatFit(branch, roomFor(model, system) - taken), ...after],
        ...(system && { system }),
        ...(way === 'prefill' && { prefill: said }),
        signal: live.abort.signal,
      },
      after: way === 'anew' ? '' : live.shown.text,
      ...(live.durableParts.length > 0 && { comparison: comparisonFor(way, live) }),
    };
  }
}

type Way = 'prefill' | 'turn' | 'anew';

function wayOn({ durableParts: parts }: LiveGeneration, { capabilities }: Model): Way {
  if (plainText(parts).trim() === '') return 'anew';
  if (capabilities.prefill && parts.every(({ kind }) => kind === 'text')) return 'prefill';
  const isSpoken = parts.every(({ kind }) => kind === 'text' || kind === 'reasoning');
  return capabilities.continueTurn && isSpoken ? 'turn' : 'anew';
}

const comparisonFor = (way: Way, { durableParts, shown }: LiveGeneration): Comparison<'text' | 'reasoning'> =>
  way === 'turn' ? new Continuation(plainText(durableParts)) : new Overlap(shown.text, way === 'prefill');

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
