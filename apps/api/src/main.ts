import { startApp } from './app.ts';
import { messageOf, StartError } from './common/start-error.ts';
import { readConfig } from './config/read-config.ts';

const fail = (error: unknown): never => {
  const expected = error instanceof StartError;
  process.stderr.write(`${expected || !(error instanceof Error) ? messageOf(error) : error.stack}\n`);
  process.exit(expected ? error.exitCode : 1);
};

try {
  const app = await startApp(readConfig(process.env));
  // The supervisor is told over IPC; a shell, systemd or a container has no such channel.
  process.send?.({ type: 'ready', url: app.url });
  let stopping = false;
  const stop = (): void => {
    if (stopping) process.exit(130); // Asked twice: the embedded PostgreSQL stays and is adopted at the next start.
    stopping = true;
    app.close().then(() => process.exit(0), fail);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.on('disconnect', stop);
} catch (error) {
  fail(error);
}
