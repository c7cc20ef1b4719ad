import { z } from 'zod';
import { AppError } from './app-error.ts';

/** The last row of a page: its time to the microsecond, as the database writes it, and its id. */
export interface Cursor {
  at: string;
  id: string;
}

const Shape = z.tuple([z.string().regex(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?[+-]\d\d(:\d\d)?$/), z.uuid()]);

export const writeCursor = ({ at, id }: Cursor): string => Buffer.from(JSON.stringify([at, id])).toString('base64url');

export const readCursor = (text: string | undefined): Cursor | undefined => {
  if (text === undefined) return undefined;
  try {
    const [at, id] = Shape.parse(JSON.parse(Buffer.from(text, 'base64url').toString()));
    return { at, id };
  } catch {
    throw new AppError('request.invalid', { issues: [{ path: 'cursor', message: 'is not a cursor of this list' }] });
  }
};
