import { type Described, described, MOST_CAUSES, REDACTED } from '../../common/logger.ts';
import { withoutSecrets } from '../../common/without-secrets.ts';

type Scalar = string | number | boolean;

/** What is told of an error to those who collect them: what the log has of it, less all that looks like a secret or a person. */
export interface Report {
  at: Date;
  /** What we say of it: one of a few sentences of our own, or a framework's. */
  message: string;
  error?: Described;
  /** Named ones of the log line, such as `requestId`, `code`, `generationId`. */
  fields: Record<string, Scalar>;
}

export const reportOf = (fields: object, message: string): Report => {
  const { err, ...others } = fields as Record<string, unknown>;
  const named = Object.entries(others).flatMap(([name, value]): [string, Scalar][] => {
    if (REDACTED.includes(name)) return [];
    if (typeof value === 'string') return [[name, withoutSecrets(value)]];
    return typeof value === 'number' || typeof value === 'boolean' ? [[name, value]] : [];
  });
  return {
    at: new Date(),
    message: withoutSecrets(message),
    ...(err === undefined ? {} : { error: described(err, MOST_CAUSES) }),
    fields: Object.fromEntries(named),
  };
};
