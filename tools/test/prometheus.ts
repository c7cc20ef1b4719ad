import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from './debian.ts';
import { freePort } from './redis.ts';

const READY_MILLISECONDS = 20_000;

/** A real Prometheus of the test's own, which looks at its targets every second. */
export class PrometheusServer {
  readonly url: string;
  private readonly child: ChildProcess;
  private readonly folder: string;

  private constructor(url: string, child: ChildProcess, folder: string) {
    this.url = url;
    this.child = child;
    this.folder = folder;
  }

  /** Targets are origins, such as http://127.0.0.1:3000. */
  static async start(targets: string[]): Promise<PrometheusServer> {
    const program = findProgram(process.env, ['prometheus'], 'prometheus');
    if (!program) throw new Error('These tests need Prometheus: install the package "prometheus"');
    const [port, folder] = [await freePort(), await mkdtemp(join(tmpdir(), 'chatbox-prometheus-'))];
    const hosts = targets.map((target) => new URL(target).host);
    const scrape = { job_name: 'chatbox', scrape_interval: '1s', static_configs: [{ targets: hosts }] };
    // YAML is a superset of JSON.
    await writeFile(join(folder, 'prometheus.yml'), JSON.stringify({ scrape_configs: [scrape] }));
    const child = spawn(
      program,
      [
        `--config.file=${join(folder, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
        '--log.level=error',
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    let said = '';
    child.stderr?.on('data', (data: Buffer) => {
      said += data.toString();
    });
    const server = new PrometheusServer(`http://127.0.0.1:${port}`, child, folder);
    const deadline = Date.now() + READY_MILLISECONDS;
    while (!(await server.isReady())) {
      if (child.exitCode === null && Date.now() < deadline) continue;
      await server.stop();
      throw new Error(`Prometheus did not start:\n${said}`);
    }
    return server;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const ended = once(this.child, 'exit');
      this.child.kill('SIGTERM');
      await ended;
    }
    await rm(this.folder, { recursive: true, force: true });
  }

  private isReady(): Promise<boolean> {
    return fetch(`${this.url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  }
}
