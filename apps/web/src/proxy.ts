import { type NextRequest, NextResponse } from 'next/server';

const HOST = /^[\w.:[\]-]+$/;

function contentSecurityPolicy(nonce: string, host: string | null): string {
  // 'self' covers web sockets in current browsers only, so the same host is named for the older ones.
  const sockets = host && HOST.test(host) ? ` ws://${host} wss://${host}` : '';
  const evaluated = process.env.NODE_ENV === 'development' ? " 'unsafe-eval'" : '';
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${evaluated}`,
    `style-src-elem 'self' 'nonce-${nonce}'`,
    // Formulas and positioned menus set style attributes; they reach nothing but their own element.
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    `connect-src 'self'${sockets}`,
    "worker-src 'self' blob:",
    "manifest-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "form-action 'self'",
  ].join('; ');
}

/** Gives every page its own nonce. It protects the browser only: who may read what is decided by the API. */
export function proxy(request: NextRequest): NextResponse {
  const nonce = Buffer.from(crypto.getRandomValues(new Uint8Array(18))).toString('base64');
  const policy = contentSecurityPolicy(nonce, request.headers.get('x-forwarded-host') ?? request.headers.get('host'));
  const headers = new Headers(request.headers);
  headers.set('x-nonce', nonce);
  headers.set('content-security-policy', policy);

  const response = NextResponse.next({ request: { headers } });
  response.headers.set('content-security-policy', policy);
  response.headers.set('x-content-type-options', 'nosniff');
  response.headers.set('x-frame-options', 'DENY');
  response.headers.set('referrer-policy', 'strict-origin-when-cross-origin');
  response.headers.set('cross-origin-opener-policy', 'same-origin');
  response.headers.set(
    'permissions-policy',
    'camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()',
  );
  return response;
}

export const config = { matcher: ['/((?!_next/static|_next/image).*)'] };
