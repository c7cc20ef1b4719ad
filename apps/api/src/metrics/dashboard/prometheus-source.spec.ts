import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Measure } from './measure.ts';
import { PrometheusSource } from './prometheus-source.ts';

const measure: Measure = { kind: 'gauge', metric: 'level', across: 'sum', over: 'mean' };
let server: Server | undefined;
let source: PrometheusSource | undefined;
afterEach(async () => {
  await source?.close();
  server?.closeAllConnections();
  server?.close();
});

const ask = async (answer: RequestListener, options: { token?: string } = {}) => {
  const listening = createServer(answer).listen(0, '127.0.0.1');
  server = listening;
  await new Promise((resolve) => listening.once('listening', resolve));
  const { port } = listening.address() as AddressInfo;
  source = new PrometheusSource({ url: `http://127.0.0.1:${port}/below`, patienceSeconds: 0.2, ...options });
  return (await source.read(new Date(0))).now(measure, 0);
};
const says =
  (status: number, body: string): RequestListener =>
  (_, response) =>
    response.writeHead(status).end(body);

describe('a Prometheus', () => {
  it('is asked below its path, with its token', async () => {
    let asked: string | undefined;
    const found = await ask(
      ({ url, headers }, response) => {
        asked = `${headers.authorization} ${url}`;
        response.end('{"status":"success","data":{"result":[{"metric":{},"value":[0,"3"]}]}}');
      },
      { token: 'a token' },
    );
    expect(asked).toMatch(/^Bearer a token \/below\/api\/v1\/query\?query=sum\+%28level%29&time=0&/);
    expect(found).toEqual([{ labels: {}, value: 3 }]);
  });

  it.each([
    ['is silent', () => {}, 'did not answer within 0.2 seconds.'],
    ['asks for a token', says(401, ''), 'asks for a token; MONITORING_API_TOKEN is what it is shown.'],
    ['refuses', says(422, '{"status":"error","error":"too many samples"}'), 'says: too many samples.'],
    ['is none', says(200, '<html>'), 'does not speak as a Prometheus does.'],
    [
      'says something else',
      says(200, '{"status":"success","data":{"result":1}}'),
      'does not speak as a Prometheus does.',
    ],
  ] as [string, RequestListener, string][])('that %s is a sentence', async (_, answer, sentence) => {
    await expect(ask(answer)).rejects.toThrow(sentence);
  });

  it('that is a service of the cloud for its own machines is not asked', async () => {
    source = new PrometheusSource({ url: 'http://169.254.169.254' });
    const reading = await source.read(new Date());
    await expect(reading.now(measure, 0)).rejects.toThrow('no request goes there');
  });
});
