import type { ServerEvent } from '@chatbox/contracts';

/** One event on its way to many; what each of them writes is made once. */
export class Announcement {
  private made: Buffer | undefined;
  private written: string | undefined;

  constructor(readonly event: ServerEvent) {}

  get json(): string {
    this.written ??= JSON.stringify(this.event);
    return this.written;
  }

  /** The event's JSON as one unmasked, final WebSocket text frame (RFC 6455 §5.2). */
  get frame(): Buffer {
    this.made ??= frameOf(this.json);
    return this.made;
  }
}

function frameOf(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const head = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(head + length);
  frame[0] = 0x81;
  frame[1] = head === 2 ? length : head === 4 ? 126 : 127;
  if (head === 4) frame.writeUInt16BE(length, 2);
  if (head === 10) frame.writeBigUInt64BE(BigInt(length), 2);
  frame.write(text, head);
  return frame;
}
