import { engineContract } from './contract.ts';
import { MemoryEngine } from './memory-engine.ts';

engineContract(
  'memory',
  async () => {
    const one = await MemoryEngine.open();
    return [one, one];
  },
  { describe, it, equal: (actual, expected) => expect(actual).toEqual(expected) },
);
