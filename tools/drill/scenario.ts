import type { Holdings } from './history.ts';
import type { Load } from './load.ts';
import type { Random } from './random.ts';
import type { Stage } from './stage.ts';
import type { Pace, Talk } from './talk.ts';

/** What a scenario has at hand while people talk. */
export interface Scene {
  stage: Stage;
  /** Of the disturbance alone: what people do does not change it. */
  random: Random;
  talks: readonly Talk[];
  /** Small requests of somebody else, one after the other, all the time. */
  load: Load;
  /** Fires when the run takes too long. */
  signal: AbortSignal;
  /** One value of a figure of the report; a figure's name ends with its unit. */
  note(figure: string, value: number): void;
  /** A promise of its own that did not hold. */
  complain(what: string): void;
}

/** Called when everybody has seen the end, with what is kept. */
export type Afterwards = (holdings: Holdings) => void;

export interface Scenario {
  name: string;
  /** What is broken, and how. */
  what: string;
  people?: number;
  pace?: Pace;
  /** Once in so many rounds, where it takes long. */
  everyRounds?: number;
  /** Is done when nothing else runs on this machine, because it measures what others notice. */
  alone?: boolean;
  /** Takes a minute or more: only by its name, or in a single round. */
  long?: boolean;
  /** The databases need a disk that can be filled. */
  fillsDisk?: boolean;
  /** Why it cannot be done on this machine; undefined where it can. */
  impossible?(): string | undefined;
  /** Breaks something while people talk, and undoes what does not heal by itself. */
  disturb(scene: Scene): Promise<Afterwards | undefined>;
}
