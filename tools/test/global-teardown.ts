import type { RunFolder } from './run-folder.ts';

export default async function tearDown(): Promise<void> {
  await (globalThis as { chatboxRun?: RunFolder }).chatboxRun?.close();
}
