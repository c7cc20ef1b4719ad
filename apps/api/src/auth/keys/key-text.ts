import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** `cbx_`, ten letters that find the key, forty that are its secret (238 bits), six that tell a typing error. */
const KEY = /^cbx_([0-9A-Za-z]{10})[0-9A-Za-z]{40}([0-9A-Za-z]{6})$/;
/** Also in the middle of something else, as in a URL. */
export const KEY_INSIDE = /cbx_[0-9A-Za-z]{50}/;

const PREFIX_LETTERS = 10;
const SECRET_LETTERS = 40;
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** The largest multiple of 62 in a byte: a larger byte would make some letters likelier. */
const FAIR = 248;

export interface NewKey {
  readonly key: string;
  readonly prefix: string;
}

export const newKey = (): NewKey => {
  const body = `cbx_${letters(PREFIX_LETTERS)}${letters(SECRET_LETTERS)}`;
  return { key: `${body}${checksum(body)}`, prefix: body.slice(0, 'cbx_'.length + PREFIX_LETTERS) };
};

/** The prefix of what can be a key; null for what cannot, which is most of what somebody guesses. */
export const prefixOf = (presented: string): string | null => {
  const [, prefix, sum] = KEY.exec(presented) ?? [];
  return prefix !== undefined && sum === checksum(presented.slice(0, -6)) ? `cbx_${prefix}` : null;
};

/** 238 random bits need no slow hash. */
export const hashOf = (key: string): Buffer => createHash('sha256').update(key).digest();

const letters = (count: number): string => {
  let text = '';
  while (text.length < count)
    for (const byte of randomBytes(count))
      if (byte < FAIR && text.length < count) text += ALPHABET[byte % ALPHABET.length];
  return text;
};

const checksum = (body: string): string => {
  let rest = crc32(body);
  let text = '';
  for (let i = 0; i < 6; i++) {
    text = `${ALPHABET[rest % ALPHABET.length]}${text}`;
    rest = Math.floor(rest / ALPHABET.length);
  }
  return text;
};
