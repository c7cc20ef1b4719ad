import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, get, type Server, type ServerResponse } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { promisify } from 'node:util';
import { freePort } from '../../apps/api/src/database/free-port.ts';
import { findProgram } from '../test/debian.ts';

const run = promisify(execFile);
const STREAM = '/api/v1/generations/1/events';
/** Read to its end, and then the connection is cut: nobody knows whether it had an effect. */
const CUT = /[?]cut$/;
const HSTS = 'max-age=31536000; includeSubDomains';
const DEPLOYED = resolve(__dirname, '../../deploy/nginx');

/** The deployed files with what only the place decides: ports, folders, certificate, and what the names of the replicas resolve to. */
describe('the balancer as it is deployed', () => {
  let folder: string;
  let replica: Server;
  let secure: number;
  let plain: number;
  let nginx: ReturnType<typeof spawn>;
  let upstreams: Record<string, string>;
  /** The answer to who asks for a stream; it ends when it is told to. */
  let held: ServerResponse | undefined;
  /** What was asked and cut. */
  const cut: string[] = [];

  beforeAll(async () => {
    const program = findProgram(process.env, ['nginx', '/usr/sbin/nginx'], 'nginx-light');
    if (!program) throw new Error('This test needs nginx: install the package "nginx-light"');
    folder = await mkdtemp(join(tmpdir(), 'chatbox-nginx-'));
    await cp(DEPLOYED, folder, { recursive: true });
    replica = createServer((request, response) => {
      if (CUT.test(request.url ?? '')) {
        request.resume().on('end', () => {
          cut.push(`${request.method} ${request.url}`);
          request.socket.destroy();
        });
        return undefined;
      }
      response.setHeader('strict-transport-security', HSTS);
      response.setHeader('x-seen', JSON.stringify(request.headers));
      response.setHeader('cache-control', 'no-cache');
      if (request.url !== STREAM) return response.end(request.url);
      response.write('one, ');
      held = response;
      return undefined;
    }).listen(0, '127.0.0.1');
    await once(replica, 'listening');
    [secure, plain] = [await freePort(), await freePort()];
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
    const files = ['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'certificate.pem')];
    await run('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject, ...files]);
    await edit('nginx.conf', (text) =>
      text
        .replaceAll(/listen \[::\]:.*\n/g, '')
        .replace('listen 80', `listen 127.0.0.1:${plain}`)
        .replace('listen 443', `listen 127.0.0.1:${secure}`)
        .replace('/run/secrets/tls_certificate', join(folder, 'certificate.pem'))
        .replace('/run/secrets/tls_key', join(folder, 'key.pem'))
        .replaceAll(/\/(?:run|var\/log\/nginx)\//g, `${folder}/`)
        .replace('include mime.types;', 'include /etc/nginx/mime.types;')
        .replace(/^/, 'daemon off;\n'),
    );
    const { port } = replica.address() as AddressInfo;
    // Stands in for the DNS of a cluster: what the names of the replicas resolve to is a file.
    await writeFile(join(folder, 'getent'), `#!/bin/sh\necho >> ${folder}/asked\ncat ${folder}/addresses-$2\n`, {
      mode: 0o755,
    });
    await resolveTo('127.0.0.1');
    upstreams = {
      PATH: `${folder}:${process.env.PATH}`,
      API: `api:${port}`,
      WEB: `web:${port}`,
      EVERY: '0.1',
      NGINX: `${program} -p ${folder}/ -c ${join(folder, 'nginx.conf')}`,
    };
    await run(join(folder, 'upstreams.sh'), [join(folder, 'upstreams.conf')], { env: upstreams });
    await run(program, ['-t', '-p', `${folder}/`, '-c', join(folder, 'nginx.conf')]);
    nginx = spawn(program, ['-p', `${folder}/`, '-c', join(folder, 'nginx.conf')], { stdio: 'ignore' });
    let up = false;
    while (!up) up = await handshake('TLSv1.3').then(Boolean, () => false);
  });
  afterAll(async () => {
    const gone = nginx && once(nginx, 'exit');
    nginx?.kill('SIGTERM');
    await gone;
    replica?.close();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  const resolveTo = async (...addresses: string[]): Promise<void> => {
    const answer = addresses.map((address) => `${address}  STREAM api\n${address}  DGRAM\n`).join('');
    for (const name of ['api', 'web']) await writeFile(join(folder, `addresses-${name}`), answer);
  };
  const edit = async (name: string, change: (text: string) => string): Promise<void> => {
    const path = join(folder, name);
    await writeFile(path, change(await readFile(path, 'utf8')));
  };
  const handshake = (version: 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3'): Promise<string | null> =>
    new Promise((done, fail) => {
      const options = { port: secure, host: '127.0.0.1', rejectUnauthorized: false, ciphers: 'DEFAULT:@SECLEVEL=0' };
      const socket = connectTls({ ...options, minVersion: version, maxVersion: version }, () => {
        done(socket.getProtocol());
        socket.destroy();
      });
      socket.on('error', fail);
    });
  const http2 = async (
    path: string,
    more: Record<string, string> = {},
    sent?: Buffer | string,
  ): Promise<{ headers: Record<string, unknown>; body: string }> => {
    const session = connectHttp2(`https://127.0.0.1:${secure}`, { rejectUnauthorized: false });
    const gone = new Promise<never>((_, fail) =>
      session.on('error', fail).on('close', () => fail(new Error('closed'))),
    );
    gone.catch(() => undefined);
    const stream = session.request({ ':path': path, ...(sent && { ':method': 'POST' }), ...more });
    if (sent) stream.end(sent);
    stream.on('error', () => undefined);
    const [headers] = (await Promise.race([once(stream, 'response'), gone])) as [Record<string, unknown>];
    let body = '';
    for await (const chunk of stream) body += chunk;
    session.close();
    return { headers, body };
  };

  it('speaks TLS 1.2 and 1.3, and nothing older', async () => {
    expect([await handshake('TLSv1.2'), await handshake('TLSv1.3')]).toEqual(['TLSv1.2', 'TLSv1.3']);
    await expect(handshake('TLSv1.1')).rejects.toThrow();
  });

  it('sends whoever comes without encryption to the same place with it', async () => {
    const answer = await new Promise<{ statusCode?: number; headers: { location?: string } }>((done, fail) =>
      get({ port: plain, path: '/chat/1?x=2', headers: { host: 'chat.example.org' } }, done).on('error', fail),
    );
    expect([answer.statusCode, answer.headers.location]).toEqual([308, 'https://chat.example.org/chat/1?x=2']);
  });

  it('answers over HTTP/2 with every header of protection', async () => {
    const { headers, body } = await http2('/api/v1/setup');
    expect([headers[':status'], body]).toEqual([200, '/api/v1/setup']);
    expect(headers).toMatchObject({
      'strict-transport-security': HSTS,
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
    });
    expect(headers.server).toBe('nginx');
  });

  /** What somebody who wants to be somebody else sends. */
  const FORGED = {
    'x-forwarded-for': '203.0.113.6, 203.0.113.7',
    'x-forwarded-proto': 'http',
    'x-forwarded-host': 'evil.example.org',
    'x-real-ip': '203.0.113.6',
    forwarded: 'for=203.0.113.6;proto=http',
    'x-original-url': '/metrics',
    'x-rewrite-url': '/metrics',
    'x-middleware-subrequest': 'middleware',
    'x-request-id': 'one"\\,"level":"error',
  };
  const seenWith = async (headers: Record<string, string>): Promise<Record<string, string>> =>
    JSON.parse(String((await http2('/api/v1/setup', headers)).headers['x-seen'])) as Record<string, string>;

  it('tells the replica who asked, and lets nobody claim to be a proxy', async () => {
    const seen = await seenWith(FORGED);
    expect(seen).toMatchObject({
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': `127.0.0.1:${secure}`,
      'x-request-id': expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    for (const name of ['x-real-ip', 'forwarded', 'x-original-url', 'x-rewrite-url', 'x-middleware-subrequest'])
      expect(seen).not.toHaveProperty(name);
  });

  it('believes a balancer in front of it whose address it was given, and that one alone', async () => {
    const workers = async (): Promise<string[]> =>
      (await readFile(`/proc/${nginx.pid}/task/${nginx.pid}/children`, 'utf8')).trim().split(' ');
    /** Until nobody is answered by the old configuration any more. */
    const reload = async (): Promise<void> => {
      const before = await workers();
      await run('/bin/sh', ['-c', `${upstreams.NGINX} -s reload`]);
      while ((await workers()).some((pid) => before.includes(pid)));
    };
    const realIp = await readFile(join(folder, 'real_ip.conf'), 'utf8');
    try {
      await edit('real_ip.conf', (text) => text.replace(/^#\s+set_real_ip_from .*$/m, 'set_real_ip_from 127.0.0.0/8;'));
      await reload();
      // What the balancer in front has seen is the last address; the ones before are what its client says.
      const seen = await seenWith({ ...FORGED, 'x-request-id': 'of-the-balancer' });
      expect(seen).toMatchObject({
        'x-forwarded-for': '203.0.113.7',
        'x-forwarded-proto': 'http',
        'x-request-id': 'of-the-balancer',
      });
      expect(seen).not.toHaveProperty('x-real-ip');
      expect(await seenWith({})).toMatchObject({ 'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'https' });
    } finally {
      await writeFile(join(folder, 'real_ip.conf'), realIp);
      await reload();
    }
  }, 20_000);

  it('asks a second replica what may be asked twice, and never what may have had an effect', async () => {
    const answers = [await http2('/api/v1/once?cut', {}, '{}'), await http2('/api/v1/twice?cut')];
    expect(cut).toEqual(['POST /api/v1/once?cut', 'GET /api/v1/twice?cut', 'GET /api/v1/twice?cut']);
    for (const { headers, body } of answers)
      expect([headers[':status'], JSON.parse(body)]).toEqual([
        503,
        expect.objectContaining({ status: 503, code: 'service.unavailable', retry: true }),
      ]);
  });

  it('says in the words of the API that no replica is there, at streams and sockets too', async () => {
    for (const path of [`${STREAM}?cut`, '/ws?cut', '/v1/models?cut']) {
      const { headers, body } = await http2(path);
      expect([headers[':status'], headers['content-type']]).toEqual([503, 'application/problem+json']);
      expect(JSON.parse(body)).toMatchObject({ code: 'service.unavailable', requestId: headers['x-request-id'] });
    }
  });

  it('refuses a body that is too large in the words of the API, before a replica has it', async () => {
    const { headers, body } = await http2('/api/v1/once?cut', { 'content-length': String(3 * 1024 * 1024) }, 'x');
    expect([headers[':status'], headers['content-type']]).toEqual([413, 'application/problem+json']);
    expect(JSON.parse(body)).toMatchObject({ status: 413, code: 'request.too_large', retry: false });
    expect(cut.filter((what) => what === 'POST /api/v1/once?cut').length).toBeLessThan(2);
  });

  it('keeps connections to replicas, waits an hour for streams and seconds for the rest', async () => {
    const { stdout } = await run('/bin/sh', ['-c', `${upstreams.NGINX} -T 2> /dev/null`]);
    for (const name of ['chatbox_api', 'chatbox_web'])
      expect(new RegExp(`^upstream ${name} \\{[^}]*`, 'm').exec(stdout)?.[0]).toMatch(/^ {2}keepalive 32;$/m);
    const locations = [...stdout.matchAll(/^location (?:[=~] )?(\S+) \{([^}]*)/gm)];
    const waits = locations.map(([, name, block]) => [name, /proxy_read_timeout (\w+);/.exec(block ?? '')?.[1]]);
    expect(Object.fromEntries(waits)).toMatchObject({
      '^/api/v1/generations/[^/]+/events$': '1h',
      '/v1/': '1h',
      '/ws': '1h',
      '/api/': '30s',
      '/health/': '5s',
      '/metrics': '10s',
      '/': '30s',
    });
    expect(stdout).toMatch(/^proxy_connect_timeout 2s;$/m);
    expect(stdout).toMatch(/^client_header_timeout 15s;$/m);
    expect(stdout).toMatch(/^client_body_timeout 30s;$/m);
  });

  it('lets a browser keep for a year what changes its name with its content', async () => {
    for (const path of ['/_next/static/chunks/a.js', '/static/logo.svg'])
      expect((await http2(path)).headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect((await http2('/chat')).headers['cache-control']).toBe('no-cache');
  });

  it('goes over to replicas that come, and keeps what is open', async () => {
    const { port } = replica.address() as AddressInfo;
    const newcomer = createServer((_request, response) => response.end('the newcomer')).listen(port, '127.0.0.2');
    await once(newcomer, 'listening');
    const watch = spawn(join(folder, 'upstreams.sh'), [join(folder, 'upstreams.conf'), '--watch'], { env: upstreams });
    try {
      // A worker that is leaving may refuse a connection that it had accepted; clients come again.
      const ask = async () =>
        http2('/api/v1/setup').catch(() => ({ headers: {} as Record<string, unknown>, body: '' }));
      const body = async (): Promise<string> => (await ask()).body;
      expect(await body()).toBe('/api/v1/setup');
      const stream = http2(STREAM);
      while (!held) await body();
      await resolveTo('127.0.0.2', '127.0.0.1');
      while ((await body()) !== 'the newcomer');
      await resolveTo('127.0.0.2');
      while ((await readFile(join(folder, 'upstreams.conf'), 'utf8')).includes('127.0.0.1'));
      held.end('two');
      expect((await stream).body).toBe('one, two');
      // Nobody at all: a maintenance page, and a file that nginx still takes.
      await resolveTo();
      while ((await ask()).headers[':status'] !== 503);
    } finally {
      watch.kill();
      newcomer.close();
    }
  });

  it('keeps who was there when a name resolves to nothing for a moment, and tells a balancer that could not be told again', async () => {
    const { port } = replica.address() as AddressInfo;
    const newcomer = createServer((_request, response) => response.end('the newcomer')).listen(port, '127.0.0.3');
    await once(newcomer, 'listening');
    await resolveTo('127.0.0.1');
    // Takes the configuration, and cannot be told of it.
    const moody = join(folder, 'moody');
    await writeFile(moody, `#!/bin/sh\n[ "$1" = -t ] || [ ! -e ${folder}/mood ] && ${upstreams.NGINX} "$@"\n`, {
      mode: 0o755,
    });
    const env = { ...upstreams, NGINX: moody, PATIENCE: '50' };
    const watch = spawn(join(folder, 'upstreams.sh'), [join(folder, 'upstreams.conf'), '--watch'], { env });
    const written = (): Promise<string> => readFile(join(folder, 'upstreams.conf'), 'utf8');
    const asked = async (): Promise<number> => (await readFile(join(folder, 'asked'), 'utf8')).length;
    const rounds = async (count: number): Promise<void> => {
      const until = (await asked()) + 2 * count;
      while ((await asked()) < until && watch.exitCode === null);
    };
    const body = (): Promise<string> =>
      http2('/api/v1/setup').then(
        (answer) => answer.body,
        () => '',
      );
    try {
      while (!(await written()).includes(`127.0.0.1:${port}`));
      await resolveTo();
      await rounds(3);
      expect(await written()).toContain(`server 127.0.0.1:${port}`);
      await writeFile(join(folder, 'mood'), '');
      await resolveTo('127.0.0.3');
      while (!(await written()).includes('127.0.0.3'));
      await rounds(2);
      expect(watch.exitCode).toBeNull();
      expect(await body()).not.toBe('the newcomer');
      await rm(join(folder, 'mood'));
      while ((await body()) !== 'the newcomer');
    } finally {
      watch.kill();
      newcomer.close();
    }
  }, 20_000);
});
