import type { PipeTransform } from '@nestjs/common';
import type { z } from 'zod';
import { AppError } from './app-error.ts';

/** Parses with a schema of the contracts; what does not fit is `request.invalid`, field by field, without the value. */
export const parse = <T extends z.ZodType>(schema: T, value: unknown): z.output<T> => {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new AppError('request.invalid', {
    issues: result.error.issues.slice(0, 20).map(({ path, message }) => ({ path: path.join('.'), message })),
  });
};

/** `@Body(shaped(SendMessage)) draft: SendMessage` */
export const shaped = <T extends z.ZodType>(schema: T): PipeTransform<unknown, z.output<T>> => ({
  transform: (value) => parse(schema, value),
});
