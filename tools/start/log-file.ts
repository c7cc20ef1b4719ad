import { createWriteStream, renameSync, statSync, type WriteStream } from 'node:fs';
import type { Readable } from 'node:stream';

const LARGEST = 10 * 1024 * 1024;

/** Appends what a child prints to a file; one older file of the same size is kept. */
export class LogFile {
  private readonly path: string;
  private stream: WriteStream | undefined;
  private size = 0;
  private recent = '';

  constructor(path: string) {
    this.path = path;
  }

  follow(output: Readable): void {
    output.on('data', (chunk: Buffer) => this.write(chunk));
  }

  /** The end of what came last, for the terminal when something went wrong. */
  get tail(): string {
    return this.recent.trim().split('\n').slice(-15).join('\n');
  }

  forget(): void {
    this.recent = '';
  }

  private write(chunk: Buffer): void {
    this.recent = (this.recent + chunk.toString()).slice(-8192);
    if (!this.stream || this.size > LARGEST) this.open();
    this.size += chunk.length;
    this.stream?.write(chunk);
  }

  private open(): void {
    this.stream?.end();
    this.size = sizeOf(this.path);
    if (this.size > LARGEST) {
      renameSync(this.path, `${this.path}.1`);
      this.size = 0;
    }
    this.stream = createWriteStream(this.path, { flags: 'a', mode: 0o600 });
    // A full disk must not end the service because of its log.
    this.stream.on('error', () => undefined);
  }
}

const sizeOf = (path: string): number => {
  try {
    return statSync(path).size;
  } catch {
    return 0;
  }
};
