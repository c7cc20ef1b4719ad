import { startApp } from './app.ts';
import { messageOf, StartError } from './common/start-error.ts';
import { readConfig } from './config/read-config.ts';

const fail = (error: unknown): never => {
  const expected = error instanceof StartError;
  process.stderr.write(`${expected || !(error instanceof Error) ? messageOf(error) : error.stack}\n`);
  process.exit(expected ? error.exitCode : 1);
};

try {
  const config = readConfig(process.env);
  const app = await startApp(config);
  // The supervisor is told over IPC; a shell, systemd or a container has no such channel.
  process.send?.({ type: 'ready', url: app.url });
  // Nobody knows in what state it is: it ends, as it would without this line, once somebody has been told.
  process.once('uncaughtException', (error) => app.dying(error).finally(() => fail(error)));
  let asked = 0;
  const stop = (): void => {
    asked += 1;
    if (asked === 1) {
      app.close().then(() => process.exit(0), fail);
      // Whoever waits for this process waits no longer, and others go on with its answers when its lease ends.
      setTimeout(() => app.overdue().finally(() => process.exit(1)), config.DRAIN_SECONDS * 1_000);
    } else if (asked === 2) app.hurry();
    else process.exit(130); // The embedded PostgreSQL stays and is adopted at the next start.
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.on('disconnect', stop);
} catch (error) {
  fail(error);
}
