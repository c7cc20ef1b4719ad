import { messageOf, StartError } from '../../apps/api/src/common/start-error.ts';
import { bold, complain, dim, done, say, showOnStandardError, working } from '../start/show.ts';
import { Cluster } from './cluster.ts';
import { HELP, type Options, readOptions } from './options.ts';

/** Opens the cluster and keeps it until it is told to end. Ends the process when it is over. */
export const runCluster = async (argv: string[], env: NodeJS.ProcessEnv): Promise<void> => {
  try {
    const options = readOptions(argv, env);
    if (options.help) return say(HELP.trim());
    await run(options, env);
    process.exit(0);
  } catch (error) {
    complain(messageOf(error));
    process.exit(error instanceof StartError ? error.exitCode : 1);
  }
};

const run = async (options: Options, env: NodeJS.ProcessEnv): Promise<void> => {
  if (options.json) showOnStandardError();
  const ended = Promise.withResolvers<void>();
  let asked = 0;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      asked += 1;
      // A second one does not wait for drains: what is left is found and ended by the next start.
      if (asked > 1) process.exit(130);
      working('stopping');
      ended.resolve();
    });
  say();
  const cluster = await Cluster.open({ ...options, env, onReady: done });
  try {
    if (asked === 0) await announce(cluster, options);
    await ended.promise;
  } finally {
    await cluster.close();
  }
  done('stopped');
};

const announce = async (cluster: Cluster, { json, dataFolder }: Options): Promise<void> => {
  if (json) process.stdout.write(`${JSON.stringify(await cluster.describe())}\n`);
  say();
  say(`Open      ${bold(cluster.url)}`);
  for (const { id, url, process: child } of cluster.replicas) say(`${id} ${dim(`${url}  process ${child.pid}`)}`);
  say(`Data      ${dim(dataFolder)}`);
  say(`Stop      ${dim('Ctrl-C')}`);
  say();
};
