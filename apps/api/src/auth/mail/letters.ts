/** What a person reads; who it goes to is said elsewhere. */
export interface Letter {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

export const LETTER_KINDS = [
  'reset_password',
  'verify_email',
  'change_email',
  'password_changed',
  'email_changed',
  'alert',
  'new_sign_in',
] as const;
export type LetterKind = (typeof LETTER_KINDS)[number];

/** What a letter of the kind `alert` says. */
export interface AlertWords {
  readonly severity: 'warning' | 'critical';
  readonly summary: string;
  /** Path of the page that shows it; a letter that an older replica wrote has none. */
  readonly page?: string;
}

/** Kinds that carry a link. */
export type LinkPurpose = Extract<LetterKind, 'reset_password' | 'verify_email' | 'change_email'>;

interface Wording {
  readonly subject: string;
  readonly before: string;
  readonly button?: string;
  readonly after: string;
}

const WORDINGS: Record<Exclude<LetterKind, 'alert'>, Wording> = {
  reset_password: {
    subject: 'Set a new password',
    before: 'Somebody, most likely you, asked for a new password for the account with this address.',
    button: 'Set a new password',
    after: 'The link works once and for one hour. If it was not you, do nothing: your password stays as it is.',
  },
  verify_email: {
    subject: 'Confirm your e-mail',
    before: 'An account was opened with this address. Please confirm that it is yours.',
    button: 'Confirm this address',
    after: 'The link works once and for one day. If you know nothing of this, do nothing.',
  },
  change_email: {
    subject: 'Confirm your new e-mail',
    before: 'This address is to become the one of an account. Please confirm that it is yours.',
    button: 'Use this address',
    after: 'The link works once and for one hour. If you know nothing of this, do nothing.',
  },
  password_changed: {
    subject: 'Your password was changed',
    before: 'The password of your account was changed, and all other sessions were ended.',
    after: 'If it was not you, set a new password at once and tell whoever runs this service.',
  },
  email_changed: {
    subject: 'Your e-mail was changed',
    before: 'Your account has another address now; this one does not sign in any more.',
    after: 'If it was not you, tell whoever runs this service.',
  },
  new_sign_in: {
    subject: 'A new sign-in to your account',
    before:
      'Somebody, most likely you, has signed in to your account with a program or from a network that was not used for it before.',
    after:
      'If it was not you, set a new password at once, which ends all other sessions. Your sessions, with program and address, are in the settings under Security.',
  },
};

/** `link` for the kinds that carry one; `service` is the address people use. */
export const letter = (kind: Exclude<LetterKind, 'alert'>, service: string, link?: string): Letter =>
  worded(WORDINGS[kind], service, link);

export const alertLetter = ({ severity, summary, page = '/admin/alerts' }: AlertWords, service: string): Letter =>
  worded(
    {
      subject: severity === 'critical' ? 'Critical: something is wrong' : 'Warning: something is not as it should be',
      before: summary,
      button: 'See what is wrong',
      after: 'The page says since when, and what to do. You get this because you administrate this service.',
    },
    service,
    new URL(page, service).href,
  );

const worded = ({ subject, before, button, after }: Wording, service: string, link?: string): Letter => {
  const paragraphs = [before, ...(button && link ? [link] : []), after];
  const host = new URL(service).host;
  return {
    subject: `${subject} (${host})`,
    text: `${[...paragraphs, `-- \n${service}`].join('\n\n')}\n`,
    html: page([
      paragraph(before),
      ...(button && link ? [`<p><a href="${escaped(link)}">${escaped(button)}</a></p>`] : []),
      paragraph(after),
      `<p style="color:#666">${escaped(host)}</p>`,
    ]),
  };
};

const page = (parts: string[]): string =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><body style="font-family:sans-serif;line-height:1.5;max-width:34rem">${parts.join('')}</body></html>`;
const paragraph = (text: string): string => `<p>${escaped(text)}</p>`;
const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
