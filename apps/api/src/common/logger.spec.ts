import { setImmediate as endOfTurn } from 'node:timers/promises';
import { openLogger, requestLines } from './logger.ts';
import { NestLogger } from './nest-logger.ts';

const SECRET = 'canary-4f1c9a';

const logged = (write: (logger: ReturnType<typeof openLogger>) => void): string => {
  const lines: string[] = [];
  write(openLogger('trace', { write: (line) => lines.push(line) }));
  return lines.join('');
};

describe('a log line', () => {
  it.each(['password', 'token', 'accessToken', 'refreshToken', 'key', 'apiKey', 'authorization', 'cookie', 'secret'])(
    'has no %s, at any depth that occurs',
    (name) => {
      const line = logged((logger) => {
        logger.info({ [name]: SECRET, a: { [name]: SECRET, b: { [name]: SECRET } } }, 'x');
        logger.child({ [name]: SECRET }).info({}, 'x');
      });
      expect(line).not.toContain(SECRET);
      expect(line).toContain('[redacted]');
    },
  );

  it('says of an error what it is, and nothing of what it was about', () => {
    const cause = Object.assign(new Error('duplicate key'), { code: '23505', detail: SECRET, parameters: [SECRET] });
    const error = Object.assign(new Error('query failed', { cause }), {
      driverError: { parameters: [SECRET] },
      headers: { authorization: SECRET },
      request: { body: SECRET },
      config: { nested: { deep: { er: SECRET } } },
    });
    const line = logged((logger) => logger.error({ err: error }, 'x'));
    expect(line).not.toContain(SECRET);
    expect(JSON.parse(line).err).toMatchObject({
      type: 'Error',
      message: 'query failed',
      stack: expect.stringContaining('logger.spec.ts'),
      cause: { message: 'duplicate key', code: '23505' },
    });
  });

  it('has no secret in what an error or the framework says', () => {
    const error = new Error(`connect to postgres://user:${SECRET}@db/x failed`, {
      cause: new Error(`client_secret=${SECRET}`),
    });
    const line = logged((logger) => {
      logger.error({ err: error }, 'x');
      const nest = new NestLogger(logger);
      nest.error(error);
      nest.error(error.message, error.stack, 'Here');
      nest.warn(error.message);
    });
    expect(line).not.toContain(SECRET);
    expect(line.match(/connect to postgres/g)?.length).toBeGreaterThan(4);
  });

  it('says nothing of what was thrown and is no error', () => {
    for (const thrown of [SECRET, { secretly: SECRET }, [SECRET], () => SECRET])
      expect(logged((logger) => logger.error({ err: thrown }, 'x'))).not.toContain(SECRET);
  });

  it('does not go round in circles', () => {
    const error = new Error('round');
    error.cause = error;
    expect(logged((logger) => logger.error({ err: error }, 'x'))).toContain('round');
  });

  it('HARDENING 29: is one line, whatever is in it', () => {
    const text = 'a\r\n{"level":"info","msg":"forged"}\n\u2028b\u0000\u001b[2J';
    const lines = logged((logger) => logger.warn({ err: new Error(text), address: text }, text))
      .trimEnd()
      .split('\n');
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'warn', msg: text });
    expect([...(lines[0] ?? '')].every((character) => character >= ' ')).toBe(true);
  });
});

describe('lines of requests', () => {
  it('are written together at the end of a turn, whole and in order, or when the program ends', async () => {
    const written: string[] = [];
    const lines = requestLines('info', { write: (text) => written.push(text) });
    for (const status of [200, 401]) lines.info({ status }, 'request');
    expect(written).toEqual([]);
    await endOfTurn();
    lines.info({ status: 500 }, 'request');
    lines.flush();
    expect(
      written.map((text) =>
        text
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line).status),
      ),
    ).toEqual([[200, 401], [500]]);
    await endOfTurn();
    expect(written).toHaveLength(2);
  });
});
