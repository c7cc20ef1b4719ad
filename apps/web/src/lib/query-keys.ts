/** Where server state lives in the query cache. Live updates write to the same places. */
export const queryKeys = {
  me: ['me'],
  setup: ['setup'],
  models: ['models'],
  settings: ['settings'],
  connections: ['connections'],
  localServers: ['local-servers'],
  invitations: ['invitations'],
  sessions: ['sessions'],
  /** Everything that the administration reads about people. */
  people: ['people'],
  keys: ['keys'],
  allKeys: ['all-keys'],
  audit: ['audit'],
  dashboard: ['dashboard'],
  usage: ['usage'],
  alerts: ['alerts'],
  account: ['account'],
  factors: ['factors'],
  /** Infinite list: pages of `{items, nextCursor}`, the latest conversation first. */
  conversations: ['conversations'],
  conversation: (id: string) => ['conversation', id],
  messages: (id: string) => ['messages', id],
} as const;
