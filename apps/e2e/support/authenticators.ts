import { Secret, TOTP } from 'otpauth';
import type { Page } from 'playwright-core';

const PERIOD_SECONDS = 30;

/** The code of an authenticator app, `later` periods from now: each counts once, and the next one is accepted already. */
export function codeOf(secret: string, later = 0): string {
  const totp = new TOTP({ secret: Secret.fromBase32(secret.replace(/\s/g, '')), period: PERIOD_SECONDS });
  return totp.generate({ timestamp: Date.now() + later * PERIOD_SECONDS * 1000 });
}

/** A security key inside the browser, whose owner says yes at once (Chrome DevTools Protocol, domain WebAuthn). */
export async function plugInPasskeys(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('WebAuthn.enable');
  await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
}
