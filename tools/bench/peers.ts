import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFile, mkdir, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Others in the field, in the versions that the figures are about. They never become dependencies of the product. */
export const PEERS = {
  '@portkey-ai/gateway': '1.15.2',
  ai: '7.0.173',
  '@ai-sdk/openai': '4.0.118',
  'socket.io': '4.8.4',
} as const;

/** A folder of their own with the peers installed and our small servers around them; kept for the next run. */
export const installPeers = async (say: (line: string) => void): Promise<string> => {
  const wanted = Object.entries(PEERS).map(([name, version]) => `${name}@${version}`);
  const mark = createHash('sha256').update(wanted.join(' ')).digest('hex').slice(0, 12);
  const folder = join(tmpdir(), `chatbox-bench-peers-${mark}`);
  const installed = join(folder, 'installed');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (!(await stat(installed).catch(() => null))) {
    say(`installing ${wanted.join(', ')}`);
    await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
    await npm(['install', '--prefix', folder, '--no-audit', '--no-fund', '--ignore-scripts', ...wanted], folder);
    await writeFile(installed, '');
  }
  for (const name of ['portkey.mjs', 'ai-sdk.mjs', 'socket-io.mjs'])
    await copyFile(join(import.meta.dirname, 'baselines', name), join(folder, name));
  return folder;
};

const npm = (args: string[], cwd: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const child = spawn('npm', args, { cwd, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (data: Buffer) => {
      said += data.toString();
    });
    child.on('error', reject);
    child.on('close', (code) => {
      const reason = /^npm error (.+)$/m.exec(said)?.[1];
      if (code === 0) resolve();
      else reject(new Error(`the peers could not be installed: ${reason ?? `npm ended with ${code}`}`));
    });
  });
