export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];
export const SEND_KEYS = ['enter', 'modifier-enter'] as const;
export type SendKey = (typeof SEND_KEYS)[number];
export const MEASURES = ['comfortable', 'wide'] as const;
export type Measure = (typeof MEASURES)[number];

/** How this browser shows things. Kept in cookies, so that the server's first paint already follows them. */
export interface Preferences {
  theme: Theme;
  sendKey: SendKey;
  measure: Measure;
  listOpen: boolean;
}

const COOKIE = { theme: 'theme', sendKey: 'send-key', measure: 'measure', listOpen: 'list' } as const;
const YEAR_SECONDS = 31_536_000;

const oneOf = <T extends string>(values: readonly T[], value: string | undefined, fallback: T): T =>
  values.find((known) => known === value) ?? fallback;

export const readPreferences = (cookie: (name: string) => string | undefined): Preferences => ({
  theme: oneOf(THEMES, cookie(COOKIE.theme), 'system'),
  sendKey: oneOf(SEND_KEYS, cookie(COOKIE.sendKey), 'enter'),
  measure: oneOf(MEASURES, cookie(COOKIE.measure), 'comfortable'),
  listOpen: cookie(COOKIE.listOpen) !== 'closed',
});

export function writePreferences(changed: Partial<Preferences>): void {
  for (const [name, value] of Object.entries(changed)) {
    const text = typeof value === 'boolean' ? (value ? 'open' : 'closed') : value;
    // The Cookie Store API is missing in browsers that we support.
    // biome-ignore lint/suspicious/noDocumentCookie: see above
    document.cookie = `${COOKIE[name as keyof Preferences]}=${text}; path=/; max-age=${YEAR_SECONDS}; samesite=lax`;
  }
}
