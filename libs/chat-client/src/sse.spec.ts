import { readEvents, type ServerSentEvent } from './sse.ts';

const bytes = (text: string, size: number) => {
  const all = new TextEncoder().encode(text);
  return new ReadableStream<Uint8Array>({
    start(controller) {
      for (let at = 0; at < all.length; at += size) controller.enqueue(all.slice(at, at + size));
      controller.close();
    },
  });
};
const read = async (text: string, size: number) => {
  const events: ServerSentEvent[] = [];
  for await (const event of readEvents(bytes(text, size))) events.push(event);
  return events;
};

describe('readEvents', () => {
  const text =
    ': hello\nid: 1.4\nevent: delta\ndata: {"text":"é海🤔"}\n\n:keep-alive\n\nid: 1.5\nevent: end\ndata: a\ndata: b\n\n';
  const expected = [
    { event: 'delta', data: '{"text":"é海🤔"}', id: '1.4' },
    { event: 'end', data: 'a\nb', id: '1.5' },
  ];

  it.each([1, 2, 3, 7, 1000])('reads the same in pieces of %i bytes, with LF, CRLF and CR', async (size) => {
    expect(await read(text, size)).toEqual(expected);
    expect(await read(text.replaceAll('\n', '\r\n'), size)).toEqual(expected);
    expect(await read(text.replaceAll('\n', '\r'), size)).toEqual(expected);
  });

  it('drops an event that was cut off', async () => {
    expect(await read('data: whole\n\ndata: cut', 4)).toEqual([{ event: 'message', data: 'whole', id: undefined }]);
  });
});
