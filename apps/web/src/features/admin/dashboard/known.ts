import type { Dashboard, Widget, WidgetId } from '@chatbox/contracts';

/** A share or a time of nothing is none: where nobody asked anything there is no gap in what is known. */
const OF_WHAT_HAPPENED: ReadonlySet<WidgetId> = new Set([
  'response_time',
  'error_rate',
  'first_token',
  'error_budget',
  'cache_hits',
]);

export const isUnknown = ({ id, error, current }: Widget): boolean =>
  error !== null || (current === null && !OF_WHAT_HAPPENED.has(id));

/** Every replica counts itself: where there is not even one, nobody is heard. */
export const isSilent = ({ widgets }: Dashboard): boolean =>
  widgets.some(({ id, error, current }) => id === 'replicas' && error === null && current === null);
