import { Agent, createServer, type IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { Readable } from 'node:stream';
import { createProxyServer } from 'httpxy';
import { originForm, prepareHeaders, type Trust } from './forwarded.ts';

/** The servers behind the one address. */
export type Part = 'api' | 'web';
export interface Gateway {
  port: number;
  /** Where a part answers from now on; `null` while it is away. */
  point(part: Part, url: string | null): void;
  /** No new connections; what is open goes on. */
  stopListening(): void;
  close(): void;
}

const API_PATHS = /^\/(api|ws|v1|health|metrics)(?:[/?]|$)/;

/**
 * The one origin. It only decides between two servers by the beginning of the path; who may do what is decided by the API
 * alone, so a path that is spelled oddly reaches the web app, which holds nothing. Streams pass unbuffered and as long as
 * both ends live; either end's goodbye reaches the other.
 */
export const openGateway = async (hosts: string[], port: number, isTrusted: Trust): Promise<Gateway> => {
  const targets: Record<Part, string | null> = { api: null, web: null };
  const agents: Record<Part, Agent> = { api: new Agent({ keepAlive: true }), web: new Agent({ keepAlive: true }) };
  const proxy = createProxyServer({ xfwd: false });
  const onKeptConnection = new WeakSet<IncomingMessage>();

  proxy.on('proxyReq', (upstream, request) => {
    if (upstream.reusedSocket) onKeptConnection.add(request);
    // The library ends the pipe itself; this only stops a silent peer from being held by Nagle.
    upstream.setNoDelay(true);
    if (request.httpVersion === '1.0') upstream.shouldKeepAlive = false;
  });
  proxy.on('proxyReqWs', (upstream, _request, socket) => {
    // The library pipes both ways, and a pipe passes on an end but not a socket that is suddenly gone.
    socket.on('close', () => upstream.destroy());
    upstream.on('upgrade', (_answer, behind) => {
      socket.on('close', () => behind.destroy());
      behind.on('close', () => socket.end());
    });
  });
  proxy.on('proxyRes', (answer, _request, response) => {
    // The head of a stream goes out before its first event.
    if (/^text\/event-stream/.test(answer.headers['content-type'] ?? '')) setImmediate(() => response.flushHeaders());
  });

  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    const url = originForm(request.url ?? '');
    if (url === null) {
      refuse(request, response, 400);
      return;
    }
    request.url = url;
    prepareHeaders(request, isTrusted, false);
    const part = partOf(url);
    const target = targets[part];
    if (target === null) {
      refuse(request, response, 503);
      return;
    }
    void proxy.web(request, response, { target, agent: agents[part] }).catch(() => undefined);
  };
  const upgraded = new Set<Socket>();
  const onUpgrade = (request: IncomingMessage, socket: Socket, head: Buffer): void => {
    upgraded.add(socket);
    socket.on('close', () => upgraded.delete(socket));
    socket.on('error', () => socket.destroy());
    const url = originForm(request.url ?? '');
    const target = url === null ? null : targets[partOf(url)];
    if (url === null || target === null) {
      socket.end(
        `HTTP/1.1 ${url === null ? '400 Bad Request' : '503 Service Unavailable'}\r\nRetry-After: 1\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
      );
      return;
    }
    request.url = url;
    prepareHeaders(request, isTrusted, true);
    void proxy.ws(request, socket, { target }, head).catch(() => socket.destroy());
  };
  proxy.on('error', (_error, request, response) => {
    if (!(response instanceof ServerResponse && request)) {
      response?.destroy();
      return;
    }
    const target = targets[partOf(request.url ?? '')];
    // A part may close a connection that it kept in the moment in which it is used again. A page whose script fails stays dead.
    const mayAskAgain = onKeptConnection.delete(request) && isSafe(request) && !response.headersSent;
    if (mayAskAgain && target !== null)
      void proxy.web(request, response, { target, agent: false, buffer: Readable.from([]) }).catch(() => undefined);
    else refuse(request, response, 503);
  });

  const servers: Server[] = [];
  let listening = port;
  try {
    for (const host of hosts) {
      const server = createServer({ requestTimeout: 0, headersTimeout: 30_000, keepAliveTimeout: 65_000 }, onRequest);
      server.on('upgrade', onUpgrade);
      const bound = await listen(server, host, listening);
      if (bound === null) continue; // This machine has no such address (no IPv6).
      servers.push(server);
      listening = bound;
    }
  } catch (error) {
    for (const server of servers) server.close();
    throw error;
  }
  return {
    port: listening,
    point: (part, url) => {
      targets[part] = url;
      agents[part].destroy();
      agents[part] = new Agent({ keepAlive: true });
    },
    stopListening: () => {
      for (const server of servers) server.close();
    },
    close: () => {
      for (const server of servers) server.closeAllConnections();
      // The server forgets connections that have become sockets.
      for (const socket of upgraded) socket.destroy();
      for (const agent of Object.values(agents)) agent.destroy();
    },
  };
};

/** May be sent twice, and was read to its end already. */
const isSafe = ({ method, headers }: IncomingMessage): boolean =>
  (method === 'GET' || method === 'HEAD') && !('content-length' in headers) && !('transfer-encoding' in headers);

const partOf = (url: string): Part => (API_PATHS.test(url) ? 'api' : 'web');

const listen = (server: Server, host: string, port: number): Promise<number | null> =>
  new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (host === '::1' && (error.code === 'EADDRNOTAVAIL' || error.code === 'EAFNOSUPPORT')) resolve(null);
      else reject(error);
    });
    server.listen({ host, port }, () => resolve((server.address() as AddressInfo).port));
  });

const WAITING_PAGE = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="1"><meta name="color-scheme" content="light dark"><title>Chatbox</title>
<style>body{font:16px/1.6 system-ui;display:grid;place-items:center;min-height:90vh;margin:0}</style>
<p role="status">Chatbox is starting. This page opens by itself.</p></html>`;

/** A part is away (start, restart), or the target was no address of ours. */
const refuse = (request: IncomingMessage, response: ServerResponse, status: 400 | 503): void => {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const requestId = request.headers['x-request-id'];
  const away = status === 503;
  const asPage = away && (request.headers.accept ?? '').includes('text/html');
  const problem = {
    type: 'about:blank',
    title: away ? 'The service is not available at the moment' : 'The request is not valid',
    status,
    code: away ? 'service.unavailable' : 'request.invalid',
    retry: away,
    ...(away ? { retryAfterSeconds: 1 } : {}),
    requestId,
  };
  response.writeHead(status, {
    'content-type': asPage ? 'text/html; charset=utf-8' : 'application/problem+json; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(asPage ? { 'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'" } : {}),
    ...(away ? { 'retry-after': '1' } : {}),
    ...(requestId === undefined ? {} : { 'x-request-id': requestId }),
  });
  response.end(asPage ? WAITING_PAGE : JSON.stringify(problem));
};
