import { AppError } from '../common/app-error.ts';

/** As it is kept: without the slash at the end. What would hide a password or a request in it is refused. */
export const cleanBaseUrl = (given: string): string => {
  const url = new URL(given);
  if (url.username !== '' || url.password !== '') throw invalid('must not contain a user name or a password');
  if (url.search !== '' || url.hash !== '') throw invalid('must end with its path');
  return url.href.replace(/\/+$/, '');
};

/** Whether the host is this machine: nothing that runs there costs anything. */
export const isLoopback = (baseUrl: string): boolean => {
  const { hostname } = new URL(baseUrl);
  return /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(hostname);
};

const invalid = (message: string): AppError =>
  new AppError('request.invalid', { issues: [{ path: 'baseUrl', message }] });
