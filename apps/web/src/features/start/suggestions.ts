interface Suggestion {
  title: string;
  /** What is sent. */
  text: string;
}

/** Each of these is something that the offline assistant really does. */
const OFFLINE: Suggestion[] = [
  { title: 'See what answers look like', text: 'Show me markdown' },
  { title: 'Watch an answer stream', text: 'Tell me a long story' },
  { title: 'Think aloud', text: 'I feel torn between two decisions' },
  { title: 'Go further', text: 'How do I connect a model?' },
];

const ANY_MODEL: Suggestion[] = [
  { title: 'Understand something', text: 'Explain how DNS works, as if I were ten' },
  { title: 'Write something', text: 'Draft a kind reply that says no to a meeting' },
  { title: 'Compare', text: 'Compare PostgreSQL and SQLite in a table' },
  { title: 'Plan', text: 'Plan a quiet weekend in a city I have never seen' },
];

export const suggestionsFor = (isOffline: boolean): Suggestion[] => (isOffline ? OFFLINE : ANY_MODEL);

const PARTS_OF_DAY = [
  { until: 5, words: 'Hello' },
  { until: 12, words: 'Good morning' },
  { until: 18, words: 'Good afternoon' },
  { until: 24, words: 'Good evening' },
];

export function greeting(name: string | null, now: Date): string {
  const words = PARTS_OF_DAY.find(({ until }) => now.getHours() < until)?.words ?? 'Hello';
  const first = name?.trim().split(/\s+/)[0];
  return first ? `${words}, ${first}` : words;
}
