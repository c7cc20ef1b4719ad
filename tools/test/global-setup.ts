import { openRunFolder } from './run-folder.ts';

/** What these tests leave when they are killed, the next run finds and clears away. */
export default async function setUp(): Promise<void> {
  const run = await openRunFolder();
  Object.assign(globalThis, { chatboxRun: run });
}
