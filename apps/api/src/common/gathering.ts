/** What a rush may make of the waiting: so many milliseconds for each who was asked about in the question before, and at most this. */
const FOR_EACH = 10;
const LONGEST = 500;
/** More of them are several questions, one after the other. */
const MOST = 1_000;

interface Asked<Q, A> {
  readonly question: Q;
  readonly answer: PromiseWithResolvers<A>;
}

/**
 * Makes one question to the database of those that come at about the same time, so that their number does not grow with the
 * number of people who come back at once. `ask` answers each of them, in their order; its failure is everybody's.
 */
export class Gathering<Q, A> {
  private readonly waiting: Asked<Q, A>[] = [];
  private timer: NodeJS.Timeout | undefined;
  private turn: NodeJS.Immediate | undefined;
  private began = Number.NEGATIVE_INFINITY;
  private pause = 0;

  constructor(private readonly ask: (questions: readonly Q[]) => Promise<readonly A[]>) {}

  /** Together with who asks in the same turn of the event loop. */
  now(question: Q): Promise<A> {
    this.turn ??= setImmediate(() => this.begin());
    return this.join(question);
  }

  /** The same while few ask. In a rush it waits for more of them, up to half a second. */
  soon(question: Q): Promise<A> {
    const wait = this.began + this.pause - performance.now();
    if (wait <= 0) return this.now(question);
    this.timer ??= setTimeout(() => this.begin(), wait);
    return this.join(question);
  }

  private join(question: Q): Promise<A> {
    const answer = Promise.withResolvers<A>();
    this.waiting.push({ question, answer });
    return answer.promise;
  }

  private begin(): void {
    clearTimeout(this.timer);
    clearImmediate(this.turn);
    this.timer = undefined;
    this.turn = undefined;
    const asked = this.waiting.splice(0, MOST);
    if (asked.length === 0) return;
    if (this.waiting.length > 0) this.turn = setImmediate(() => this.begin());
    this.began = performance.now();
    this.pause = Math.min(LONGEST, asked.length * FOR_EACH);
    this.ask(asked.map(({ question }) => question)).then(
      (answers) => {
        for (const [index, { answer }] of asked.entries()) answer.resolve(answers[index] as A);
      },
      (error: unknown) => {
        for (const { answer } of asked) answer.reject(error);
      },
    );
  }
}
