import { ERRORS, type ErrorCode, type Problem } from '@chatbox/contracts';
import { HttpException } from '@nestjs/common';
import { AppError } from '../common/app-error.ts';
import { isDatabaseAway } from '../common/database-away.ts';
import { codeOf } from '../common/start-error.ts';

/** Turns whatever was thrown into the one error the edge knows. Anything unforeseen is `internal` and keeps its cause. */
export const toAppError = (error: unknown): AppError => {
  if (error instanceof AppError) return error;
  if (isDatabaseAway(error)) return new AppError('database.unavailable', { cause: error, retryAfterSeconds: 1 });
  const status = statusOf(error);
  if (status === undefined || status >= 500) return new AppError('internal', { cause: error });
  const code = FASTIFY_CODES[codeOf(error) ?? ''] ?? STATUS_CODES[status] ?? 'request.invalid';
  return new AppError(code, { cause: error });
};

/** RFC 9457. */
export const problemOf = (error: AppError, requestId?: string): Problem => {
  const { http, retry, title } = ERRORS[error.code];
  return {
    type: 'about:blank',
    title,
    status: http,
    code: error.code,
    ...(error.detail === undefined ? {} : { detail: error.detail }),
    retry,
    ...(error.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: Math.ceil(error.retryAfterSeconds) }),
    ...(requestId === undefined ? {} : { requestId }),
    ...(error.issues === undefined ? {} : { issues: error.issues }),
    ...error.next,
  };
};

/** https://fastify.dev/docs/latest/Reference/Errors/ */
const FASTIFY_CODES: Record<string, ErrorCode> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'request.too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'request.unsupported_media_type',
  FST_ERR_NOT_FOUND: 'route.not_found',
  FST_ERR_MAX_PARAM_LENGTH: 'route.not_found',
};

const STATUS_CODES: Record<number, ErrorCode> = {
  401: 'auth.required',
  403: 'auth.forbidden',
  404: 'route.not_found',
  405: 'route.method_not_allowed',
  408: 'request.timeout',
  413: 'request.too_large',
  414: 'request.too_large',
  415: 'request.unsupported_media_type',
  429: 'rate.limited',
};

const statusOf = (error: unknown): number | undefined => {
  if (error instanceof HttpException) return error.getStatus();
  if (typeof error === 'object' && error !== null && 'statusCode' in error && typeof error.statusCode === 'number')
    return error.statusCode;
  return undefined;
};
