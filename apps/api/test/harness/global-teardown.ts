import { kept } from './global-life.ts';

export default async function tearDown(): Promise<void> {
  await kept()?.close();
}
