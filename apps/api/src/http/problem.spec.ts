import { NotFoundException } from '@nestjs/common';
import { AppError } from '../common/app-error.ts';
import { problemOf, toAppError } from './problem.ts';

const withCode = (code: string, statusCode?: number) => Object.assign(new Error('secret detail'), { code, statusCode });

it.each([
  [new AppError('rate.limited'), 'rate.limited'],
  [new NotFoundException(), 'route.not_found'],
  [withCode('FST_ERR_CTP_BODY_TOO_LARGE', 413), 'request.too_large'],
  [withCode('FST_ERR_CTP_INVALID_MEDIA_TYPE', 415), 'request.unsupported_media_type'],
  [withCode('FST_ERR_CTP_EMPTY_JSON_BODY', 400), 'request.invalid'],
  [withCode('57P01'), 'database.unavailable'],
  [withCode('ECONNREFUSED'), 'database.unavailable'],
  [new AggregateError([withCode('ECONNREFUSED')]), 'database.unavailable'],
  [Object.assign(new Error('x'), { driverError: withCode('08006') }), 'database.unavailable'],
  [new Error('Connection terminated unexpectedly'), 'database.unavailable'],
  [withCode('23505'), 'internal'],
  [new TypeError('secret detail'), 'internal'],
  ['secret detail', 'internal'],
  [null, 'internal'],
])('%s becomes %s', (thrown, code) => {
  const error = toAppError(thrown);
  expect(error.code).toBe(code);
  expect(JSON.stringify(problemOf(error, 'id'))).not.toContain('secret detail');
});
