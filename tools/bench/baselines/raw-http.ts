// The least that a server of HTTP can answer: a refusal of some bytes.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const REFUSAL = JSON.stringify({ type: 'about:blank', title: 'Sign in first', status: 401, code: 'auth.required' });

const server = createServer((_, response) => {
  response.writeHead(401, { 'content-type': 'application/problem+json', 'content-length': Buffer.byteLength(REFUSAL) });
  response.end(REFUSAL);
});
server.listen(0, '127.0.0.1', () =>
  process.send?.({ type: 'ready', url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }),
);
process.on('disconnect', () => process.exit(0));
