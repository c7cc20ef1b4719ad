import type { Stage } from './stage.ts';

/** Stages by number. Each is opened when it is first needed, one after the other: to open them is the dear part. */
export class Stages {
  private readonly make: (number: number) => Promise<Stage>;
  private readonly opened = new Map<number, Promise<Stage>>();
  private opening: Promise<unknown> = Promise.resolve();

  constructor(make: (number: number) => Promise<Stage>) {
    this.make = make;
  }

  at(number: number): Promise<Stage> {
    const known = this.opened.get(number);
    if (known) return known;
    const stage = this.opening.then(() => this.make(number));
    this.opening = stage.catch(() => undefined);
    this.opened.set(number, stage);
    return stage;
  }

  /** The next one of this number is a new one. */
  async drop(number: number): Promise<void> {
    const stage = this.opened.get(number);
    this.opened.delete(number);
    // One that did not open has closed itself.
    await (await stage?.catch(() => undefined))?.close();
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.opened.keys()].map((number) => this.drop(number)));
  }
}
