import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { durablePost } from './goals/durable-post.ts';
import { badKeyFlood, knownGet, logins } from './goals/identity.ts';
import { idleMemory } from './goals/idle-memory.ts';
import { firstToken, gaps } from './goals/latency.ts';
import { processorTime } from './goals/processor.ts';
import { replicas } from './goals/replicas.ts';
import { sockets } from './goals/sockets.ts';
import { start } from './goals/start.ts';
import { telemetry } from './goals/telemetry.ts';
import { Lab } from './lab.ts';
import { HELP, readOptions } from './options.ts';
import { ROOT } from './product.ts';
import { jsonOf, type Row, tableOf } from './report.ts';

const GOALS: Record<string, (lab: Lab) => Promise<Row[]>> = {
  P2: processorTime,
  P3: firstToken,
  P4: gaps,
  P6: badKeyFlood,
  P7: knownGet,
  P8: durablePost,
  P9: sockets,
  P10: replicas,
  P11: logins,
  P14: idleMemory,
  P15: start,
  TELEMETRY: telemetry,
};

const main = async (argv: string[]): Promise<number> => {
  const options = readOptions(argv);
  if (options.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const unknown = options.only.filter((name) => !(name in GOALS));
  if (unknown.length > 0) throw new Error(`--only ${unknown.join(',')}: there are ${Object.keys(GOALS).join(', ')}`);
  if (process.platform !== 'linux') throw new Error('Processor times are read from /proc: this needs Linux.');
  buildApi();
  const lab = new Lab({ ...options, profileFolder: options.profile, say });
  const rows: Row[] = [];
  let failed = 0;
  try {
    for (const [name, measure] of Object.entries(GOALS)) {
      if (options.only.length > 0 && !options.only.includes(name)) continue;
      try {
        rows.push(...(await measure(lab)));
      } catch (error) {
        failed += 1;
        say(`${name} could not be measured: ${error instanceof Error ? error.stack : error}`);
      }
    }
  } finally {
    await lab.close();
  }
  process.stdout.write(`\n${tableOf(rows)}\n`);
  if (options.json) await writeFile(options.json, jsonOf(rows, { rounds: options.rounds, short: options.short }));
  return failed === 0 ? 0 : 1;
};

/** Figures of yesterday's build would be yesterday's figures. */
const buildApi = (): void => {
  say('building the API');
  const { status, stdout } = spawnSync(
    process.execPath,
    [join(ROOT, 'node_modules/typescript/bin/tsc'), '-b', 'apps/api'],
    {
      cwd: ROOT,
      encoding: 'utf8',
    },
  );
  if (status !== 0) throw new Error(`The API does not build:\n${stdout}`);
};

const say = (line: string): void => {
  process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`);
};

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 2;
}
