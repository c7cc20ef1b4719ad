const LEAD =
  /^(?:(?:please|hello|hi|hey|can you|could you|would you|i want you to|tell me|show me|help me)\b[\s,!.]*)+/i;
const LONGEST = 48;

/** A short name for a conversation, made of how it began. */
export const titleOf = (firstWords: string): string => {
  const lines = firstWords
    .slice(0, 2_000)
    .replace(/[`*_#>[\]()|~]+/g, ' ')
    .split('\n')
    .map((line) => line.replace(/\s+/g, ' ').trim());
  const line = lines.find((words) => /[\p{L}\p{N}]/u.test(words)) ?? '';
  const subject = line.replace(LEAD, '').trim() || line;
  const words: string[] = [];
  for (const word of subject.split(' ').slice(0, 7)) {
    if ([...words, word].join(' ').length > LONGEST) break;
    words.push(word);
  }
  const title = (words.join(' ') || subject.slice(0, LONGEST)).replace(/[\s.,;:!?]+$/, '').toWellFormed();
  return title ? title[0]?.toUpperCase() + title.slice(1) : 'New chat';
};
