import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';

const IV_BYTES = 12;
const TAG_BYTES = 16;

/** 64 random bytes in base64url. */
export const newRefreshToken = (): string => randomBytes(64).toString('base64url');

/** What is stored. A plain hash is enough: nobody guesses 512 random bits. */
export const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest();

/**
 * Seals the successor of a token with a key made from that token, so that whoever presents the old one a second time can be given
 * the very same new one, and whoever reads the database has nothing.
 */
export const seal = (successor: string, token: string): Buffer => {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', keyFrom(token), iv, { authTagLength: TAG_BYTES });
  const body = Buffer.concat([cipher.update(successor, 'utf8'), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), body]);
};

/** The successor again. Throws when `token` is not the one it was sealed with. */
export const unseal = (sealed: Buffer, token: string): string => {
  const iv = sealed.subarray(0, IV_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', keyFrom(token), iv, { authTagLength: TAG_BYTES });
  decipher.setAuthTag(sealed.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
  return Buffer.concat([decipher.update(sealed.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]).toString('utf8');
};

const keyFrom = (token: string): Buffer =>
  Buffer.from(hkdfSync('sha256', token, Buffer.alloc(0), 'chatbox refresh successor v1', 32));
