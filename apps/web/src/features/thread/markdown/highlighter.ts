export interface Piece {
  content: string;
  light?: string | undefined;
  dark?: string | undefined;
}
export interface HighlightWish {
  id: number;
  code: string;
  language: string;
}
export interface HighlightAnswer {
  id: number;
  /** null: the language is not known. */
  lines: Piece[][] | null;
}

let worker: Worker | undefined;
let lastId = 0;
const waiting = new Map<number, (lines: Piece[][] | null) => void>();

/** Grammars are large and slow to begin with, so colours are made beside the page: nothing waits for them. */
function theWorker(): Worker {
  if (worker) return worker;
  worker = new Worker(new URL('./highlight-worker.ts', import.meta.url), { type: 'module' });
  worker.onmessage = ({ data: { id, lines } }: MessageEvent<HighlightAnswer>) => {
    waiting.get(id)?.(lines);
    waiting.delete(id);
  };
  return worker;
}

/** The colours of one block: one wish is under way at a time, and of those that came meanwhile only the last counts. */
export class Highlighting {
  private underWay: number | undefined;
  private next: Omit<HighlightWish, 'id'> | undefined;

  constructor(private readonly onLines: (lines: Piece[][]) => void) {}

  want(wish: Omit<HighlightWish, 'id'>): void {
    if (this.underWay === undefined) this.send(wish);
    else this.next = wish;
  }

  close(): void {
    if (this.underWay !== undefined) waiting.delete(this.underWay);
    this.underWay = undefined;
    this.next = undefined;
  }

  private send(wish: Omit<HighlightWish, 'id'>): void {
    lastId += 1;
    const id = lastId;
    this.underWay = id;
    waiting.set(id, (lines) => {
      this.underWay = undefined;
      if (lines) this.onLines(lines);
      const { next } = this;
      this.next = undefined;
      if (next) this.send(next);
    });
    theWorker().postMessage({ id, ...wish } satisfies HighlightWish);
  }
}
