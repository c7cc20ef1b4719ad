import { PassThrough, Readable } from 'node:stream';
import { eventData } from './event-data.ts';

const read = async (pieces: Uint8Array[]): Promise<string[]> => {
  // One byte is enough to be full, so that each piece is read on its own.
  const body = Readable.from(pieces, { objectMode: false, highWaterMark: 1 });
  const all: string[] = [];
  for await (const payloads of eventData(body)) all.push(...payloads);
  return all;
};

const TEXT = `\uFEFF: a comment\n\nevent: x\ndata: one ☕ 東京\u2028\n\nid: 7\ndata:two\ndata:  lines\n\n\ndata: {"a":1}\n\n`;
const EXPECTED = ['one ☕ 東京\u2028', 'two\n lines', '{"a":1}'];

describe('the payloads of an event stream', () => {
  it.each(['\n', '\r\n', '\r'])('are the same with lines ending in %j, wherever the stream is cut', async (end) => {
    const bytes = new TextEncoder().encode(TEXT.replaceAll('\n', end));
    for (let at = 0; at <= bytes.length; at += 1)
      expect(await read([bytes.subarray(0, at), bytes.subarray(at)])).toEqual(EXPECTED);
    expect(await read([...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(EXPECTED);
  });

  it('do not hold what the end of the stream has cut off', async () => {
    expect(await read([new TextEncoder().encode('data: whole\n\ndata: {"hal')])).toEqual(['whole']);
    expect(await read([new TextEncoder().encode('data: whole\n\ndata: no blank line\n')])).toEqual(['whole']);
  });

  it('are refused where an event never ends', async () => {
    const megabyte = new TextEncoder().encode('x'.repeat(1024 * 1024));
    await expect(read(Array.from({ length: 10 }, () => megabyte))).rejects.toMatchObject({
      code: 'provider.bad_response',
    });
  });

  it('hang up when nobody reads on', async () => {
    const body = new PassThrough();
    body.write('data: again\n\n');
    for await (const payloads of eventData(body)) {
      expect(payloads).toEqual(['again']);
      break;
    }
    expect(body.destroyed).toBe(true);
  });

  it('end with an error where the connection breaks, also between two reads', async () => {
    const body = new PassThrough();
    body.write('data: once\n\n');
    const reading = eventData(body);
    expect(await reading.next()).toEqual({ done: false, value: ['once'] });
    body.destroy(new Error('reset'));
    await expect(reading.next()).rejects.toMatchObject({ name: 'TypeError', cause: { message: 'reset' } });
  });
});
