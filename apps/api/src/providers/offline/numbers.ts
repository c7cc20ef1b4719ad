const SMALL = [
  ...['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve'],
  ...['thirteen', 'fourteen', 'fifteen', 'sixteen', 'seventeen', 'eighteen', 'nineteen'],
];
const TENS = ['', '', 'twenty', 'thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety'];

/** 0 to 999 in English words. */
export const inWords = (n: number): string => {
  if (n < 20) return SMALL[n] ?? String(n);
  if (n < 100) return `${TENS[Math.floor(n / 10)]}${n % 10 ? `-${SMALL[n % 10]}` : ''}`;
  return `${SMALL[Math.floor(n / 100)]} hundred${n % 100 ? ` and ${inWords(n % 100)}` : ''}`;
};

const WORDS = new Map(Array.from({ length: 201 }, (_, n) => [inWords(n), n]));
WORDS.set('a hundred', 100).set('hundred', 100);

/** "12", "twelve" or "twenty-one" as a number; undefined for anything else. */
export const numberIn = (text: string): number | undefined => {
  const digits = /^\d{1,9}/.exec(text);
  if (digits) return Number(digits[0]);
  const words = text.toLowerCase().match(/[a-z]+(?:-[a-z]+)?/g) ?? [];
  return WORDS.get(`${words[0]} ${words[1]}`) ?? WORDS.get(words[0] ?? '');
};
