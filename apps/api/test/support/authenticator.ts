import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import type { PasskeyAssertion, PasskeyAttestation, PasskeyCreation, PasskeyRequest } from '@chatbox/contracts';

/** Flags of authenticator data, WebAuthn Level 3 §6.1. */
const PRESENT = 0x01;
const VERIFIED = 0x04;
const ATTESTED = 0x40;

interface Credential {
  readonly id: Buffer;
  readonly rpId: string;
  readonly userHandle: string;
  readonly key: KeyObject;
  counter: number;
}

/** What an honest authenticator in an honest browser would not do. */
export interface Twist {
  readonly verified?: boolean;
  readonly present?: boolean;
  readonly rpId?: string;
  readonly origin?: string;
  readonly challenge?: string;
  readonly type?: string;
  readonly counter?: number;
  readonly userHandle?: string | null;
  readonly signature?: Buffer;
}

/**
 * A security key and the browser it is plugged into: ES256, attestation "none", discoverable, and a counter that goes up by one
 * with each use.
 */
export class Authenticator {
  readonly credentials: Credential[] = [];

  /** `navigator.credentials.create` on a page of `origin`. */
  create(options: PasskeyCreation, origin: string, twist: Twist = {}): PasskeyAttestation {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
    const rpId = options.rp.id ?? new URL(origin).hostname;
    const credential = { id: randomBytes(32), rpId, userHandle: options.user.id, key: privateKey, counter: 0 };
    this.credentials.push(credential);
    // RFC 9053 §7.1.1: key type EC2, algorithm ES256, curve P-256, and the point.
    const cose = new Map<number, unknown>([
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, Buffer.from(x, 'base64url')],
      [-3, Buffer.from(y, 'base64url')],
    ]);
    const attested = Buffer.concat([Buffer.alloc(16), uint16(credential.id.length), credential.id, cbor(cose)]);
    const authData = Buffer.concat([this.dataOf(credential, ATTESTED, twist), attested]);
    const attestationObject = cbor(
      new Map<string, unknown>([
        ['fmt', 'none'],
        ['attStmt', new Map()],
        ['authData', authData],
      ]),
    );
    const id = credential.id.toString('base64url');
    return {
      id,
      rawId: id,
      type: 'public-key',
      clientExtensionResults: {},
      response: {
        clientDataJSON: clientData('webauthn.create', options.challenge, origin, twist),
        attestationObject: attestationObject.toString('base64url'),
        transports: ['usb'],
      },
    };
  }

  /** `navigator.credentials.get` on a page of `origin`: the first passkey that is asked for. */
  get(options: PasskeyRequest, origin: string, twist: Twist = {}): PasskeyAssertion {
    const allowed = options.allowCredentials?.map(({ id }) => id);
    const credential = this.credentials.find(
      ({ id, rpId }) => rpId === options.rpId && (allowed?.includes(id.toString('base64url')) ?? true),
    );
    if (!credential) throw new Error('NotAllowedError: no such passkey');
    credential.counter += 1;
    const clientDataJSON = clientData('webauthn.get', options.challenge, origin, twist);
    const authenticatorData = this.dataOf(credential, 0, twist);
    const signed = Buffer.concat([authenticatorData, sha256(Buffer.from(clientDataJSON, 'base64url'))]);
    const id = credential.id.toString('base64url');
    return {
      id,
      rawId: id,
      type: 'public-key',
      clientExtensionResults: {},
      response: {
        clientDataJSON,
        authenticatorData: authenticatorData.toString('base64url'),
        signature: (twist.signature ?? sign('sha256', signed, credential.key)).toString('base64url'),
        userHandle: twist.userHandle === undefined ? credential.userHandle : twist.userHandle,
      },
    };
  }

  private dataOf({ rpId, counter }: Credential, flags: number, twist: Twist): Buffer {
    const all = flags | (twist.present === false ? 0 : PRESENT) | (twist.verified === false ? 0 : VERIFIED);
    return Buffer.concat([sha256(twist.rpId ?? rpId), Buffer.from([all]), uint32(twist.counter ?? counter)]);
  }
}

const clientData = (type: string, challenge: string, origin: string, twist: Twist): string =>
  Buffer.from(
    JSON.stringify({
      type: twist.type ?? type,
      challenge: twist.challenge ?? challenge,
      origin: twist.origin ?? origin,
      crossOrigin: false,
    }),
  ).toString('base64url');

const sha256 = (data: string | Buffer): Buffer => createHash('sha256').update(data).digest();

const uint16 = (value: number): Buffer => {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
};
const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

/** RFC 8949 §3: a type in three bits, then a length or a value. Whole numbers, bytes, text and maps are all that is needed. */
const cbor = (value: unknown): Buffer => {
  if (typeof value === 'number') return value >= 0 ? head(0, value) : head(1, -1 - value);
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value]);
  if (typeof value === 'string') return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (value instanceof Map)
    return Buffer.concat([head(5, value.size), ...[...value].flatMap(([key, item]) => [cbor(key), cbor(item)])]);
  throw new Error(`no CBOR for ${typeof value}`);
};
const head = (type: number, value: number): Buffer => {
  if (value < 24) return Buffer.from([(type << 5) | value]);
  if (value < 256) return Buffer.from([(type << 5) | 24, value]);
  return Buffer.concat([Buffer.from([(type << 5) | 25]), uint16(value)]);
};
