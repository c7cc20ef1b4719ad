'use client';

import { lazyMenu } from './lazy-menu';

interface Props {
  currentId: string | null;
  onChoose: (modelId: string) => void;
}

/** Every model that can be chosen, with search. */
export const ModelPicker = lazyMenu<Props>(
  () => import('./model-popover').then(({ ModelPopover }) => ModelPopover),
  'dialog',
);
