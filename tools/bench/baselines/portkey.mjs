// Runs @portkey-ai/gateway, which is installed beside the copy of this file that is started.
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

// It changes the headers of the upstream's answer in place, which Node's own fetch refuses: give it a copy that it may change.
const ask = globalThis.fetch;
globalThis.fetch = async (...args) => {
  const { body, status, statusText, headers } = await ask(...args);
  return new Response(body, { status, statusText, headers: new Headers(headers) });
};

const free = createServer().listen(0, '127.0.0.1');
await once(free, 'listening');
const { port } = free.address();
free.close();
await once(free, 'close');

process.argv.splice(2, process.argv.length, `--port=${port}`, '--headless');
await import(pathToFileURL(join(import.meta.dirname, 'node_modules/@portkey-ai/gateway/build/start-server.js')).href);
const url = `http://127.0.0.1:${port}`;
while (!(await ask(url).catch(() => false))) await pause(20);
process.send({ type: 'ready', url });
process.on('disconnect', () => process.exit(0));
