import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';

/**
 * Secrets at rest: AES-256-GCM in a text `v1.<key id>.<nonce>.<ciphertext and tag>` (base64url). The key id names the master
 * key, so that several can be in use while they are rotated; `bound` (a row's id) is authenticated with it, so that an envelope
 * copied to another row does not open.
 */
export class Envelopes {
  private readonly keys: ReadonlyMap<string, Buffer>;
  private readonly current: string;

  /** `masterKeys` as in MASTER_KEY: the first encrypts, all decrypt. */
  constructor(masterKeys: string) {
    const keys = masterKeys
      .split(',')
      .map((key) => key.trim())
      .filter((key) => key !== '');
    if (keys.length === 0) throw new Error('MASTER_KEY is empty');
    this.keys = new Map(keys.map((key) => [idOf(key), derived(key)]));
    this.current = idOf(keys[0] as string);
  }

  seal(secret: string, bound: string): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.keys.get(this.current) as Buffer, nonce);
    cipher.setAAD(associated(this.current, bound));
    const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return [VERSION, this.current, nonce.toString('base64url'), sealed.toString('base64url')].join('.');
  }

  /** Throws an EnvelopeError where the master key is not here, or the envelope was damaged or belongs to something else. */
  open(envelope: string, bound: string): string {
    const [version, keyId = '', nonce = '', body = ''] = envelope.split('.');
    const key = this.keys.get(keyId);
    const sealed = Buffer.from(body, 'base64url');
    if (version !== VERSION || sealed.length < TAG_BYTES) throw new EnvelopeError('The envelope is damaged');
    if (!key) throw new EnvelopeError(`No master key with the id ${keyId} is configured`);
    try {
      const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce, 'base64url'), {
        authTagLength: TAG_BYTES,
      });
      decipher.setAAD(associated(keyId, bound));
      decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
      return Buffer.concat([decipher.update(sealed.subarray(0, -TAG_BYTES)), decipher.final()]).toString('utf8');
    } catch {
      throw new EnvelopeError('The envelope is damaged or belongs to something else');
    }
  }

  /** Whether the envelope was sealed with the first master key; the others can be dropped once all are. */
  isCurrent(envelope: string): boolean {
    return envelope.startsWith(`${VERSION}.${this.current}.`);
  }
}

export class EnvelopeError extends Error {
  override readonly name = 'EnvelopeError';
}

const VERSION = 'v1';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

// The master key is a passage of text of any length; HKDF makes 32 uniform bytes of it (RFC 5869). The id is a hash under
// another label and says nothing about the key.
const derived = (key: string): Buffer => Buffer.from(hkdfSync('sha256', key, '', 'chatbox envelope v1', 32));
const idOf = (key: string): string =>
  createHash('sha256').update(`chatbox key id:${key}`).digest('base64url').slice(0, 8);
const associated = (keyId: string, bound: string): Buffer => Buffer.from(`${VERSION}.${keyId}.${bound}`);
