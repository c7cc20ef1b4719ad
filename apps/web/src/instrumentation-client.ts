const nonce = document.querySelector<HTMLScriptElement>('script[nonce]')?.nonce;
const createElement = document.createElement.bind(document);

/**
 * The page takes inline styles with its nonce only. Dialogs, toasts and diagrams add theirs by createElement, which markup that
 * somebody smuggled in cannot: as 'strict-dynamic' does for scripts, what code of this page makes is trusted.
 */
function trustOwnStyles(name: string, options?: ElementCreationOptions): HTMLElement {
  const element = createElement(name, options);
  if (nonce && name === 'style') element.nonce = nonce;
  return element;
}

document.createElement = trustOwnStyles as typeof document.createElement;
