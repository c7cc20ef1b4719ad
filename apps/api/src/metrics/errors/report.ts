import { type Described, described, MOST_CAUSES, REDACTED } from '../../common/logger.ts';

type Scalar = string | number | boolean;

/** What is told of an error to those who collect them: what the log has of it, less all that looks like a secret or a person. */
export interface Report {
  at: Date;
  /** What we say of it: one of a few sentences of our own. */
  message: string;
  error?: Described;
  /** Named ones of the log line, such as `requestId`, `code`, `generationId`. */
  fields: Record<string, Scalar>;
}

/**
 * Shapes of what must not leave: passwords in addresses, what follows Bearer or a name that promises a secret, tokens of ours and
 * of vendors, e-mail addresses. Drivers and SDKs put such things into their messages.
 */
const SECRETS: [RegExp, string][] = [
  [/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@]*@/gi, '$1[redacted]@'],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]+/gi, '$1 [redacted]'],
  [
    /\b((?:api[-_]?)?key|password|secret|token|authorization|cookie)(["']?\s*[=:]\s*["']?)[^\s"',;)}]+/gi,
    '$1$2[redacted]',
  ],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, '[redacted]'],
  [/\b(?:sk|pk|gsk|xai|cbx|AIza|ghp)[-_][\w~+-]{6,}/g, '[redacted]'],
  [/[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g, '[redacted]'],
];
export const withoutSecrets = (text: string): string =>
  SECRETS.reduce((clean, [shape, instead]) => clean.replace(shape, instead), text);

export const reportOf = (fields: object, message: string): Report => {
  const { err, ...others } = fields as Record<string, unknown>;
  const named = Object.entries(others).flatMap(([name, value]): [string, Scalar][] => {
    if (REDACTED.includes(name)) return [];
    if (typeof value === 'string') return [[name, withoutSecrets(value)]];
    return typeof value === 'number' || typeof value === 'boolean' ? [[name, value]] : [];
  });
  return {
    at: new Date(),
    message,
    ...(err === undefined ? {} : { error: cleaned(described(err, MOST_CAUSES)) }),
    fields: Object.fromEntries(named),
  };
};

const cleaned = ({ message, stack, cause, ...rest }: Described): Described => ({
  ...rest,
  message: withoutSecrets(message),
  ...(stack === undefined ? {} : { stack: withoutSecrets(stack) }),
  ...(cause === undefined ? {} : { cause: cleaned(cause) }),
});
