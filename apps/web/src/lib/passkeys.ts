import type { PasskeyAssertion, PasskeyAttestation, PasskeyCreation, PasskeyRequest } from '@chatbox/contracts';

/** Said no to the browser's dialog, or let it run out: no passkey, and nothing that went wrong. */
export class PasskeyDeclined extends Error {}

/** A page that is neither on TLS nor on this machine has no passkeys, and older browsers cannot read the server's JSON. */
export const passkeysWork = (): boolean =>
  typeof PublicKeyCredential === 'function' && typeof PublicKeyCredential.parseRequestOptionsFromJSON === 'function';

const DECLINED: readonly string[] = ['NotAllowedError', 'AbortError'];

async function answerOf(ceremony: Promise<Credential | null>): Promise<unknown> {
  const credential = await ceremony.catch((error: unknown) => {
    if (error instanceof DOMException && DECLINED.includes(error.name)) throw new PasskeyDeclined();
    throw error;
  });
  if (!(credential instanceof PublicKeyCredential)) throw new PasskeyDeclined();
  return credential.toJSON();
}

const parts = <K extends string>(answer: object, names: readonly K[]): Record<K, unknown> =>
  Object.fromEntries(names.map((name) => [name, (answer as Record<K, unknown>)[name]])) as Record<K, unknown>;

const OUTSIDE = ['id', 'rawId', 'type', 'authenticatorAttachment', 'clientExtensionResults'] as const;

/** Only what contracts name: the browser adds what can be read from the rest, such as the public key. */
const trimmed = (answer: unknown, inside: readonly string[]): object => {
  const { response } = answer as { response: object };
  return { ...parts(answer as object, OUTSIDE), response: parts(response, inside) };
};

/** Throws `PasskeyDeclined`. */
export async function makePasskey(options: PasskeyCreation): Promise<PasskeyAttestation> {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
  const answer = await answerOf(navigator.credentials.create({ publicKey }));
  return trimmed(answer, ['clientDataJSON', 'attestationObject', 'transports']) as PasskeyAttestation;
}

/** Throws `PasskeyDeclined`. */
export async function showPasskey(options: PasskeyRequest): Promise<PasskeyAssertion> {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  const answer = await answerOf(navigator.credentials.get({ publicKey }));
  return trimmed(answer, ['clientDataJSON', 'authenticatorData', 'signature', 'userHandle']) as PasskeyAssertion;
}
