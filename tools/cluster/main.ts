import { runCluster } from './run.ts';

await runCluster(process.argv.slice(2), process.env);
