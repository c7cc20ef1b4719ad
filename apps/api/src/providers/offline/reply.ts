import type { ChatTurn } from '../provider.ts';
import { ABOUT, CONNECT, GOODBYES, GREETINGS, HELP, THANKS } from './answers.ts';
import { DEMOS } from './demos.ts';
import { inWords, numberIn } from './numbers.ts';
import { reflect } from './reflect.ts';
import { FALLBACKS, MEMORIES, RULES, type Rule } from './rules.ts';
import { SHORT_STORY, STORY } from './story.ts';

const COUNT_LIMIT = 200;
/** What is read of a message: rules look at sentences, and a pasted book has more of them than anybody wants an answer to. */
const READ_LIMIT = 2_000;

/** The answer to the last thing the person said. The same turns give the same answer, on every machine and version. */
export const reply = (turns: readonly ChatTurn[]): string => {
  const talk = new Talk();
  let answer = '';
  for (const { role, content } of turns) if (role === 'user') answer = talk.hear(content);
  return answer || (GREETINGS[0] as string);
};

/** Replays what was said, so that answers take turns and earlier words can come back. */
class Talk {
  private readonly used = new Map<readonly string[], number>();
  private readonly remembered: string[] = [];

  hear(content: string): string {
    const said = content.slice(0, READ_LIMIT).replace(/’/g, "'").trim();
    const answer = this.command(said.toLowerCase()) ?? this.keyword(said) ?? this.memory() ?? this.next(FALLBACKS);
    const mine = /\bmy ((?:[\w'-]+ ){0,4}[\w'-]+)/i.exec(said);
    if (mine?.[1]) this.remembered.push(reflect(mine[1]));
    return answer;
  }

  private command(said: string): string | undefined {
    const counted = /\bcount (?:up )?(?:from one )?to (?:a )?(.{1,40})/.exec(said);
    const limit = counted?.[1] === undefined ? undefined : numberIn(counted[1]);
    if (limit !== undefined) return countTo(limit);
    if (/\blong story\b/.test(said)) return STORY;
    if (/\b(?:tell|write|give)\b.{0,30}\bstory\b/.test(said)) return SHORT_STORY;
    const shown =
      /\b(?:show|demo|example|draw|give|write)\b.{0,40}\b(markdown|table|code|math|formula|latex|diagram|mermaid|list)\b/.exec(
        said,
      );
    const demo = DEMOS[SAME_DEMO[shown?.[1] ?? ''] ?? shown?.[1] ?? ''];
    if (demo) return demo;
    if (
      /\b(?:connect|add|use|configure|set ?up)\b.{0,30}\b(?:model|provider|ollama|openai|anthropic|claude|gpt|key|llm)\b/.test(
        said,
      )
    )
      return CONNECT;
    if (/^\W*help\W*$|\bwhat (?:can|do) you do\b|\bhelp me use\b|\byour (?:commands|abilities)\b/.test(said))
      return HELP;
    if (
      /\b(?:who|what) are you\b|\bare you (?:an? )?(?:ai|human|robot|bot|person|real|program|model|machine)\b/.test(
        said,
      )
    )
      return ABOUT;
    if (/^\W*(?:hello|hi|hey|good (?:morning|evening|afternoon|day))\b.{0,30}$/.test(said)) return this.next(GREETINGS);
    if (/^\W*(?:thanks|thank you|thx|cheers)\b/.test(said)) return this.next(THANKS);
    if (/^\W*(?:bye|goodbye|good night|see you)\b/.test(said)) return this.next(GOODBYES);
    return undefined;
  }

  private keyword(said: string): string | undefined {
    let best: { rule: Rule; caught: RegExpExecArray } | undefined;
    for (const sentence of said.split(/[.!?;\n]+/)) {
      for (const rule of RULES) {
        if (best && rule.rank <= best.rule.rank) continue;
        const caught = rule.pattern.exec(sentence.trim().toLowerCase());
        if (caught) best = { rule, caught };
      }
    }
    if (!best) return undefined;
    const { rule, caught } = best;
    return fill(this.next(rule.answers), caught);
  }

  private memory(): string | undefined {
    const subject = this.remembered.shift();
    return subject === undefined ? undefined : fill(this.next(MEMORIES), ['', subject]);
  }

  private next(answers: readonly string[]): string {
    const at = this.used.get(answers) ?? 0;
    this.used.set(answers, at + 1);
    return answers[at % answers.length] as string;
  }
}

const SAME_DEMO: Record<string, string> = { formula: 'math', latex: 'math', mermaid: 'diagram' };

const fill = (answer: string, caught: ArrayLike<string | undefined>): string =>
  answer.replace(/\{(\d)\}/g, (_, group: string) => {
    const words = reflect(caught[Number(group)] ?? '').split(/,| but | because /)[0] ?? '';
    return words.length > 120 ? `${words.slice(0, 120).trimEnd()}…` : words.trim();
  });

const countTo = (limit: number): string => {
  const last = Math.min(limit, COUNT_LIMIT);
  if (last < 1) return 'There is nothing to count: I begin at one.';
  const words = Array.from({ length: last }, (_, at) => inWords(at + 1)).join(', ');
  return `${words}.${limit > COUNT_LIMIT ? '\n\nI stop here: two hundred is as far as I go.' : ''}`;
};
