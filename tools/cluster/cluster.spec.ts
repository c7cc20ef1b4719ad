import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import pg from 'pg';
import { WebSocket } from 'ws';
import { removeFolder } from '../../apps/api/src/database/database-user.ts';
import { type MockModel, startMockModel } from '../mock-model/server.ts';
import { processesOn } from '../test/processes.ts';

const root = resolve(__dirname, '../..');

interface Server {
  url: string;
  pid: number;
}
interface Described {
  url: string;
  replicas: (Server & { id: string })[];
  postgres: Server;
  standby: Server;
  redis: Server;
  nginx: Server;
}

const cli = (args: string[], env: Record<string, string> = {}): ChildProcess =>
  spawn(process.execPath, [join(root, 'tools/cluster/main.ts'), ...args], {
    cwd: root,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, DISCOVER_LOCAL_MODELS: 'false', DRAIN_SECONDS: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });

const printed = async (child: ChildProcess): Promise<{ code: number | null; out: string; errors: string }> => {
  let [out, errors] = ['', ''];
  child.stdout?.on('data', (chunk: Buffer) => (out += chunk));
  child.stderr?.on('data', (chunk: Buffer) => (errors += chunk));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, errors };
};

it('explains itself, and refuses an option by its name', async () => {
  const help = await printed(cli(['--help']));
  expect([help.code, help.out]).toEqual([0, expect.stringContaining('--replicas')]);
  const wrong = await printed(cli(['--replicas', 'many']));
  expect([wrong.code, wrong.out, wrong.errors]).toEqual([1, '', expect.stringContaining('--replicas')]);
});

it('names the programs that are missing, and how to get them', async () => {
  // An installation is not even tried: apt-get is not on this path either.
  const { code, out, errors } = await printed(cli(['--port', '0', '--json'], { PATH: '/nowhere' }));
  expect([code, out]).toEqual([78, '']);
  expect(errors).toMatch(/These programs are needed and not on PATH: redis-server/);
  expect(errors).toMatch(/apt-get install redis-server/);
});

describe('an installation of many replicas', () => {
  let folder: string;
  let model: MockModel;
  let child: ChildProcess;
  let errors = '';
  let cluster: Described;
  let token: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'chatbox-cluster-'));
    model = await startMockModel();
    const data = ['--data-dir', join(folder, 'data')];
    child = cli(['--replicas', '2', '--port', '0', '--without-page', '--json', ...data], {
      OPENAI_API_KEY: 'x',
      OPENAI_BASE_URL: `${model.url}/v1`,
      RATE_LIMIT_MAX: '100000',
      RATE_LIMIT_MAX_SIGNED_IN: '100000',
    });
    child.stderr?.on('data', (chunk: Buffer) => (errors += chunk));
    const ended = once(child, 'close').then(() => Promise.reject(new Error(errors)));
    const [line] = (await Promise.race([once(child.stdout as NodeJS.ReadableStream, 'data'), ended])) as [Buffer];
    cluster = JSON.parse(line.toString()) as Described;
    ended.catch(() => undefined);
    const email = 'ann@example.com';
    const { body } = await call<{ accessToken: string }>('POST', '/api/v1/auth/register', {
      email,
      password: PASSWORD,
    });
    token = body.accessToken;
  });
  afterAll(async () => {
    const gone = child.exitCode === null ? once(child, 'close') : undefined;
    child.kill('SIGTERM');
    await gone;
    // Those of the start and those that came after a kill.
    const left = processesOn(folder);
    await model.close();
    for (const name of ['a', 'b']) await removeFolder(join(folder, 'data/postgres', name, 'postgres'));
    await rm(folder, { recursive: true, force: true });
    expect(left).toEqual([]);
  });

  const call = async <T>(
    method: string,
    path: string,
    body?: object,
  ): Promise<{ status: number; body: T; headers: Headers }> => {
    const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
    const answer = await fetch(cluster.url + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    const text = await answer.text();
    return { status: answer.status, body: (text === '' ? undefined : JSON.parse(text)) as T, headers: answer.headers };
  };
  const ask = async (content: string): Promise<{ conversationId: string; generationId: string }> => {
    const { body: chat } = await call<{ id: string }>('POST', '/api/v1/conversations', {
      model: 'openai/mock-large',
      title: 'x',
    });
    const draft = { clientMessageId: crypto.randomUUID(), content };
    const { body } = await call<{ generation: { id: string } }>(
      'POST',
      `/api/v1/conversations/${chat.id}/messages`,
      draft,
    );
    return { conversationId: chat.id, generationId: body.generation.id };
  };
  const query = async <T extends object>(url: string, sql: string): Promise<T[]> => {
    const client = new pg.Client(url);
    await client.connect();
    try {
      return (await client.query<T>(sql)).rows;
    } finally {
      await client.end();
    }
  };

  const answering = async (replica: Server | undefined): Promise<void> => {
    let status = 0;
    while (status !== 200)
      status = await fetch(`${replica?.url}/health/ready`).then(
        (answer) => answer.status,
        () => 0,
      );
  };

  it('prints what it consists of, and nothing else, on standard output', () => {
    const server = { url: expect.any(String), pid: expect.any(Number) };
    expect(cluster).toMatchObject({
      url: expect.any(String),
      postgres: server,
      standby: server,
      redis: server,
      nginx: server,
    });
    expect(cluster.replicas).toEqual([
      { id: 'replica-1', ...server },
      { id: 'replica-2', ...server },
    ]);
    expect(errors).toContain('2 replicas');
  });

  it('sends an answer through the balancer frame by frame, and its end', async () => {
    // The model falls silent after five words: a proxy that gathers would never show them.
    const { generationId } = await ask('Say forty words. [[tokens:40]] [[stall:5]]');
    const answer = await fetch(`${cluster.url}/api/v1/generations/${generationId}/events`, {
      headers: { authorization: `Bearer ${token}` },
    });
    let seen = '';
    let stopped: Promise<{ status: number }> | undefined;
    for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>) {
      seen += Buffer.from(chunk).toString();
      if (/"text":"\w+/.test(seen)) stopped ??= call('POST', `/api/v1/generations/${generationId}/stop`);
    }
    expect(answer.headers.get('content-type')).toContain('text/event-stream');
    expect((await stopped)?.status).toBe(200);
    expect(seen).toMatch(/event: end\ndata: .*"status":"stopped"/);
  });

  it('opens sockets through the balancer, on either replica', async () => {
    const served = await Promise.all(
      Array.from({ length: 6 }, async () => {
        const socket = new WebSocket(`${cluster.url.replace('http', 'ws')}/ws`);
        await once(socket, 'open');
        socket.send(JSON.stringify({ id: '1', type: 'hello', token }));
        const [ack] = (await once(socket, 'message')) as [Buffer];
        socket.terminate();
        return JSON.parse(ack.toString()) as { ok: boolean; replicated: boolean };
      }),
    );
    expect(served.every(({ ok, replicated }) => ok && replicated)).toBe(true);
  });

  it('passes on one request id, and the headers of the page on errors of its own too', async () => {
    const id = 'an-id.of-mine_1';
    const known = await fetch(`${cluster.url}/api/v1/setup`, { headers: { 'x-request-id': id } });
    const forged = await fetch(`${cluster.url}/api/v1/setup`, { headers: { 'x-request-id': 'a b"c' } });
    expect(known.headers.get('x-request-id')).toBe(id);
    expect(forged.headers.get('x-request-id')).toMatch(/^[0-9a-f]{32}$/);
    // There is no page server here, so the page is what the balancer says when it is away.
    const page = await fetch(cluster.url, { headers: { accept: 'text/html' } });
    expect([page.status, page.headers.get('retry-after'), await page.text()]).toEqual([
      503,
      '5',
      expect.stringContaining('Nothing is lost'),
    ]);
    for (const { headers } of [known, page]) {
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(headers.get('referrer-policy')).toBe('no-referrer');
    }
  });

  it('loses no request to a replica that is killed, and has it back', async () => {
    const [first] = cluster.replicas;
    process.kill(first?.pid ?? 0, 'SIGKILL');
    const statuses = await Promise.all(
      Array.from({ length: 60 }, () => call('GET', '/api/v1/conversations').then(({ status }) => status)),
    );
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
    await answering(first);
  });

  it('loses no request when the other one is killed too, and the first has been back only for a moment', async () => {
    const [, second] = cluster.replicas;
    process.kill(second?.pid ?? 0, 'SIGKILL');
    const statuses = await Promise.all(
      Array.from({ length: 60 }, () => call('GET', '/api/v1/conversations').then(({ status }) => status)),
    );
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
    await answering(second);
  });

  it('reads lists from the standby, and never one that is older than what was just written', async () => {
    for (let number = 0; number < 10; number += 1) {
      const { body: chat } = await call<{ id: string }>('POST', '/api/v1/conversations', { title: `chat ${number}` });
      const { body: list } = await call<{ items: { id: string }[] }>('GET', '/api/v1/conversations');
      expect(list.items[0]?.id).toBe(chat.id);
    }
    const texts = await Promise.all(
      cluster.replicas.map(({ url }) => fetch(`${url}/metrics`).then((answer) => answer.text())),
    );
    expect(texts.join('\n')).toMatch(/chatbox_db_reads_total\{by="standby"\} [1-9]/);
  });

  it('has everything that was acknowledged after the standby took over', async () => {
    const { body: chat } = await call<{ id: string }>('POST', '/api/v1/conversations', { title: 'written before' });
    await query(cluster.standby.url, 'SELECT pg_promote()');
    let written = 0;
    while (written !== 201) written = (await call('POST', '/api/v1/conversations', { title: 'written after' })).status;
    const { status, body } = await call<{ title: string }>('GET', `/api/v1/conversations/${chat.id}`);
    expect([status, body.title]).toEqual([200, 'written before']);
    const [{ recovering } = { recovering: true }] = await query<{ recovering: boolean }>(
      cluster.standby.url,
      'SELECT pg_is_in_recovery() AS recovering',
    );
    expect(recovering).toBe(false);
  });
});

const PASSWORD = 'a long phrase for the cluster';
