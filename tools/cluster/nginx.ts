import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Daemon } from './daemon.ts';

/** The files that production runs with; here only the ports are ours. */
const DEPLOYED = resolve(import.meta.dirname, '../../deploy/nginx');
const FILES = ['http.conf', 'proxy.conf', 'headers.conf', 'locations.conf', 'real_ip.conf', 'html'];
const MOST_CONNECTIONS = 16_384;

export interface NginxOptions {
  program: string;
  folder: string;
  port: number;
  /** Ports of the API's replicas and of the page server, on this machine. */
  api: number[];
  web: number[];
  onRestart(how: string): void;
}

/** Puts the balancer's configuration into the folder, and makes what runs it. */
export const nginxDaemon = async ({ program, folder, port, api, web, onRestart }: NginxOptions): Promise<Daemon> => {
  await mkdir(join(folder, 'temp'), { recursive: true });
  for (const name of FILES) await cp(join(DEPLOYED, name), join(folder, name), { recursive: true });
  await writeFile(join(folder, 'nginx.conf'), configuration(folder, port, api, web));
  return new Daemon({
    name: 'nginx',
    program,
    args: ['-p', `${folder}/`, '-c', join(folder, 'nginx.conf'), '-e', join(folder, 'error.log')],
    log: join(folder, 'output.log'),
    pidFile: join(folder, 'process'),
    probe: () => fetch(`http://127.0.0.1:${port}/health/live`, { signal: AbortSignal.timeout(2_000) }),
    onRestart,
  });
};

const configuration = (folder: string, port: number, api: number[], web: number[]): string => `daemon off;
${process.getuid?.() === 0 ? 'user root;\n' : ''}worker_processes 1;
worker_rlimit_nofile ${MOST_CONNECTIONS * 2};
pid ${join(folder, 'nginx.pid')};
error_log ${join(folder, 'error.log')} warn;

events {
  worker_connections ${MOST_CONNECTIONS};
}

http {
${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `  ${name}_temp_path ${join(folder, 'temp', name)};`).join('\n')}
  include http.conf;
  include real_ip.conf;
${upstream('chatbox_api', api)}
${upstream('chatbox_web', web)}
  access_log ${join(folder, 'access.log')} chatbox;

  server {
    listen 127.0.0.1:${port} backlog=4096;
    include locations.conf;
  }
}
`;

const places = (ports: number[], how: string): string =>
  (ports.length > 0 ? ports : [1]).map((port) => `    server 127.0.0.1:${port} ${how};`).join('\n');

/** A part that is left out answers as one that is away. */
const upstream = (name: string, ports: number[]): string => `  upstream ${name} {
    zone ${name} 256k;
    least_conn;
${places(ports, 'max_fails=3 fail_timeout=30s')}
${places(ports, 'max_fails=0 backup')}
    keepalive 32;
  }`;
