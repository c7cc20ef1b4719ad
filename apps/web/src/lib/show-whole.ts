/** For a ref: a tab that a narrow screen would cut off is moved into sight as soon as it is there. */
export function showWhole(element: HTMLElement | null): void {
  element?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
}
