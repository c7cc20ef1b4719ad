/** For an element that scrolls inside itself: the keyboard has to get there (WCAG 2.1.1). */
export const SCROLLS = { tabIndex: 0 } as const;
