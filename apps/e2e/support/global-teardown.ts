import { takeBack } from './shared.ts';

export default async function tearDown(): Promise<void> {
  const shared = takeBack();
  await shared?.product.stop();
  await shared?.mock.close();
  await shared?.run.close();
}
