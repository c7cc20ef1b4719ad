// One process that applications of the tests run in, one after the other and several at once: what it has loaded and compiled for
// the first one the others need not. Speaks JSON over HTTP with test-app.ts; everything else goes through the applications' own doors.
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { startApp } from '../../dist/app.js';
import { readConfig } from '../../dist/config/read-config.js';

/** By number, as they were started. */
const running = new Map();
let last = 0;

const acts = {
  start: async (settings) => {
    const config = readConfig(settings);
    const app = await startApp(config);
    last += 1;
    running.set(last, app);
    return { number: last, url: app.url, config };
  },
  stop: async (number) => {
    await running.get(number).close();
    running.delete(number);
    return null;
  },
};

const server = createServer(async (request, response) => {
  const act = acts[request.url.slice(1)];
  const { status, body } = await act(JSON.parse(await text(request))).then(
    (body) => ({ status: 200, body }),
    ({ name, message }) => ({ status: 500, body: { name, message } }),
  );
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
});
server.keepAliveTimeout = 0;
server.listen(0, '127.0.0.1', () => process.send(server.address().port));
process.once('disconnect', () => process.exit());
