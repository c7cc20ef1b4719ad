/** What the speaker says about themselves, turned round: "I like my dog" → "you like your dog". */
const TURNED = new Map([
  ['i', 'you'],
  ["i'm", 'you are'],
  ["i've", 'you have'],
  ["i'll", 'you will'],
  ["i'd", 'you would'],
  ['me', 'you'],
  ['my', 'your'],
  ['mine', 'yours'],
  ['myself', 'yourself'],
  ['am', 'are'],
  ['was', 'were'],
  ["you're", 'I am'],
  ["you've", 'I have'],
  ["you'll", 'I will'],
  ['your', 'my'],
  ['yours', 'mine'],
  ['yourself', 'myself'],
]);
/** "you" after one of these is an object: "for you" → "for me". */
const BEFORE_OBJECT = new Set(
  ['to', 'for', 'with', 'of', 'about', 'at', 'from', 'by', 'on', 'like', 'love', 'hate', 'tell', 'ask', 'need'].concat([
    'see',
    'help',
    'trust',
    'want',
    'give',
    'show',
    'thank',
    'know',
    'understand',
    'than',
    'believe',
    'hear',
  ]),
);

export const reflect = (text: string): string => {
  const words = text.trim().replace(/’/g, "'").split(/\s+/);
  return words
    .map((word, at) => {
      const [, bare = '', tail = ''] = /^(.*?)([.,;:!?]*)$/.exec(word) ?? [];
      const lower = bare.toLowerCase();
      const before = words[at - 1]?.toLowerCase();
      if (lower === 'you') {
        const object = at === words.length - 1 || (before !== undefined && BEFORE_OBJECT.has(before));
        return (object && words.length > 1 ? 'me' : 'I') + tail;
      }
      if (lower === 'are' && before === 'you') return `am${tail}`;
      // "was" is turned only next to the pronoun that is: "my dog was" stays.
      if (lower === 'was' && before !== 'i') return word;
      return (TURNED.get(lower) ?? bare) + tail;
    })
    .join(' ')
    .replace(/[.,;:!?\s]+$/, '');
};
