import { useSyncExternalStore } from 'react';
import { isApple } from './shortcuts';

const never = () => () => {};

/** Whether shortcuts are printed with ⌘. The server cannot know; the first paint says Ctrl. */
export const useApple = (): boolean => useSyncExternalStore(never, isApple, () => false);
