import { Secret, TOTP } from 'otpauth';
import { renderSVG } from 'uqr';

const ISSUER = 'Chatbox';
const PERIOD_SECONDS = 30;
const DIGITS = 6;
/** RFC 6238 5.2 recommends at most one step for the time that passes on the way, and for clocks that differ. */
const SKEW_STEPS = 1;
/** RFC 4226 4, R6. */
const SECRET_BYTES = 20;

export const newTotpSecret = (): string => new Secret({ size: SECRET_BYTES }).base32;

/** SHA-1, six digits, 30 seconds: what every authenticator app understands. */
const totpOf = (secret: string, label: string): TOTP =>
  new TOTP({ issuer: ISSUER, label, secret, algorithm: 'SHA1', digits: DIGITS, period: PERIOD_SECONDS });

export const totpUri = (secret: string, email: string): string => totpOf(secret, email).toString();

/** As an address for `<img src>`, which runs no script whatever the picture contains. */
export const qrOf = (text: string): string =>
  `data:image/svg+xml;base64,${Buffer.from(renderSVG(text, { ecc: 'M', border: 2 })).toString('base64')}`;

/**
 * The time step (RFC 6238 4.2) that a code belongs to; null when it is not one of now, give or take one step. Who checks codes has
 * to remember the step, because a code must not count twice (RFC 6238 5.2).
 */
export const stepOf = (secret: string, code: string, milliseconds: number): number | null => {
  const delta = totpOf(secret, '').validate({ token: code, timestamp: milliseconds, window: SKEW_STEPS });
  return delta === null ? null : Math.floor(milliseconds / 1000 / PERIOD_SECONDS) + delta;
};
