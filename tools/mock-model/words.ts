const WORDS = (
  'river stone light morning window garden silver paper signal harbour meadow engine thread copper lantern winter ' +
  'summer bridge ladder compass island forest anchor market mirror feather candle orchard valley thunder whisper ' +
  'circle number letter answer question journey pattern shadow colour měsíc café naïve 東京 猫 🙂 — and or but so then ' +
  'when where because under over beside between among after before slowly quickly quietly'
).split(' ');

export const seedOf = (text: string): number => {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
};

/** The same seed gives the same words; each carries the space before it, like the tokens of a model. */
export const words = (seed: number, count: number): string[] => {
  let state = seed || 1;
  return Array.from({ length: count }, (_, at) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const word = WORDS[(state >>> 0) % WORDS.length] as string;
    if (at > 0 && at % 60 === 0) return `.\n\n${word}`;
    return at === 0 ? word : ` ${word}`;
  });
};

export const tokensOf = (text: string): string[] => text.match(/\s*\S+\s*$|\s*\S+|\s+/g) ?? [];
