import type { ProviderKind } from '@chatbox/contracts';
import type { ProviderAdapter } from './provider.ts';

/** One adapter for each wire protocol. */
export abstract class Adapters {
  abstract of(kind: ProviderKind): ProviderAdapter;
}
