import { createServer } from 'node:http';
import next from 'next';

/** The web app on a loopback port, behind the gateway. The port is told to the parent; when the parent goes, so does this. */
const dev = process.argv.includes('--dev');
const hostname = '127.0.0.1';
// Whoever is in front must be the first to let go of a connection.
const server = createServer({ keepAliveTimeout: 75_000 });
server.listen(0, hostname, async () => {
  const { port } = server.address();
  const app = next({ dev, dir: import.meta.dirname, hostname, port, httpServer: server });
  await app.prepare();
  const handle = app.getRequestHandler();
  server.on('request', (request, response) => handle(request, response));
  process.send?.({ type: 'ready', url: `http://${hostname}:${port}` });
});

const stop = () => {
  server.close(() => process.exit(0));
  server.closeAllConnections();
};
process.on('SIGTERM', stop);
process.on('SIGINT', stop);
process.on('disconnect', stop);
