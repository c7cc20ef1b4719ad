import type { MockModel } from '../../../tools/mock-model/server.ts';
import type { RunFolder } from '../../../tools/test/run-folder.ts';
import type { Product } from './product.ts';

interface Shared {
  run: RunFolder;
  product: Product;
  mock: MockModel;
}

let kept: Shared | undefined;

/** From the set-up to the tear-down of a run; both are in one process. */
export const keep = (shared: Shared): void => {
  kept = shared;
};
export const takeBack = (): Shared | undefined => kept;
