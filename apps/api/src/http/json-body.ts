import { parse } from 'secure-json-parse';
import { AppError } from '../common/app-error.ts';

/** Deeper than any body the contracts describe; what is deeper only wants to exhaust a recursion. */
const MAX_DEPTH = 64;

/** Parses a request body. `__proto__` and `constructor.prototype` are refused, not dropped: nobody sends them by mistake. */
export const parseJsonBody = (text: string): unknown => {
  if (text.trim() === '') return undefined;
  if (isDeeperThan(text, MAX_DEPTH))
    throw new AppError('request.invalid', { detail: `The JSON is nested deeper than ${MAX_DEPTH} levels.` });
  try {
    return parse(text, { protoAction: 'error', constructorAction: 'error' });
  } catch (cause) {
    throw new AppError('request.invalid', { detail: 'The body is not valid JSON.', cause });
  }
};

/** Counts brackets outside strings, before anything recursive sees them. */
export const isDeeperThan = (json: string, limit: number): boolean => {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < json.length; i++) {
    const unit = json.charCodeAt(i);
    if (inString) {
      if (unit === BACKSLASH) i++;
      else if (unit === QUOTE) inString = false;
    } else if (unit === QUOTE) inString = true;
    else if (unit === OPEN_BRACE || unit === OPEN_BRACKET) {
      if (++depth > limit) return true;
    } else if (unit === CLOSE_BRACE || unit === CLOSE_BRACKET) depth--;
  }
  return false;
};

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
