'use client';

import {
  type ComponentProps,
  type ComponentType,
  cloneElement,
  type KeyboardEvent,
  type ReactElement,
  useState,
} from 'react';
import { notifyFailure } from '@/lib/notify';

type Trigger = ReactElement<ComponentProps<'button'>>;

interface Opened {
  /** The button that opens it, and that it is placed beside. */
  trigger: Trigger;
}

/**
 * A menu whose code comes when a pointer or the focus comes near its button: most pages never open most of their menus.
 * `load` gives a component that is open from its first moment.
 */
export function lazyMenu<Props extends object>(
  load: () => Promise<ComponentType<Props & Opened>>,
  popup: 'menu' | 'dialog' = 'menu',
): ComponentType<Props & Opened> {
  let Menu: ComponentType<Props & Opened> | undefined;
  let loading: Promise<void> | undefined;
  const begin = (): Promise<void> => {
    loading ??= load().then(
      (loaded) => {
        Menu = loaded;
      },
      (error: unknown) => {
        loading = undefined;
        throw error;
      },
    );
    return loading;
  };
  // Near, but not asked for yet: a failure is only worth a word when it is.
  const prepare = (): void => void begin().catch(() => undefined);

  // biome-ignore lint/correctness/noComponentHookFactories: called once per menu, at the top of a module
  return function LazyMenu(props) {
    const [isWanted, setWanted] = useState(false);
    if (isWanted && Menu) return <Menu {...props} />;
    const open = (): void => {
      begin().then(
        () => setWanted(true),
        () => void notifyFailure('The menu could not be loaded. Check the connection, then try again.'),
      );
    };
    return cloneElement(props.trigger, {
      'aria-haspopup': popup,
      'aria-expanded': false,
      onPointerEnter: prepare,
      onFocus: prepare,
      onClick: open,
      onKeyDown: (event: KeyboardEvent) => {
        if (event.key !== 'ArrowDown') return;
        event.preventDefault();
        open();
      },
    });
  };
}
