/** What a name ends with that promises a secret: `client_secret`, `DB_PASSWORD`, `accessToken`, `"api-key"`. */
const NAMES = '(?:key|password|passwd|passphrase|pwd|secret|token|authorization|credentials?)';
/** Between such a name and what it promises, also in JSON within JSON. */
const SEPARATOR = String.raw`\\*["']?\s*[=:]\s*`;

/**
 * Shapes of what must not leave: passwords in addresses, what follows Bearer or a name that promises a secret, tokens of ours and
 * of vendors, e-mail addresses. Drivers and SDKs put such things into their messages. None goes over the same text again and again,
 * however long it is.
 */
const SECRETS: [RegExp, string][] = [
  [/(\b[a-z][a-z0-9+.-]{0,20}:\/\/)(?:[^\s/@:"']{0,100}:[^\s"'<>]{0,200}|[^\s/@"']{0,200})@/gi, '$1[redacted]@'],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]+/gi, '$1 [redacted]'],
  [/(cookie\\*["']?\s*[=:]\s*\\*["']?)[^"'\\\r\n]+/gi, '$1[redacted]'],
  [new RegExp(String.raw`(${NAMES}${SEPARATOR}\\*["'])[^"'\\\r\n]+`, 'gi'), '$1[redacted]'],
  [new RegExp(String.raw`(${NAMES}${SEPARATOR})[^\s"',;)}\\]+`, 'gi'), '$1[redacted]'],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, '[redacted]'],
  // OpenAI, Anthropic, Groq, xAI, Stripe, ourselves, GitHub, GitLab, Slack, Hugging Face.
  [/\b(?:[sp]k|gsk|xai|cbx|whsec|gh[oprsu]|github_pat|glpat|xox[abeprs]|hf)[-_][\w~+/=-]{6,}/g, '[redacted]'],
  // Google and Amazon.
  [/\b(?:AIza[\w-]{20,}|A[KS]IA[A-Z0-9]{16})/g, '[redacted]'],
  [/(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g, '[redacted]'],
];
export const withoutSecrets = (text: string): string =>
  SECRETS.reduce((clean, [shape, instead]) => clean.replace(shape, instead), text);
