import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** For tests: a program that was started, and everything it has said so far. */
export interface Started {
  child: ChildProcess;
  output: () => string;
  ended: Promise<number | null>;
}

export const listenTo = (child: ChildProcess): Started => {
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  return { child, output: () => output, ended: once(child, 'close').then(([code]) => code as number | null) };
};

/** Resolves when it says where it is open; rejects with what it said when it ends before. */
export const opened = ({ child, output, ended }: Started): Promise<void> =>
  new Promise((done, fail) => {
    const look = (): void => {
      if (output().includes('Open ')) done();
    };
    look();
    child.stdout?.on('data', look);
    void ended.then(() => fail(new Error(output())));
  });
