import { startMockModel } from '../../../tools/mock-model/server.ts';
import { openRunFolder } from '../../../tools/test/run-folder.ts';
import { METRICS_TOKEN } from './metrics.ts';
import { OWNER, register } from './people.ts';
import { startProduct } from './product.ts';
import { keep } from './shared.ts';

/** One product and one model server for all files; a test that needs an empty product starts its own. */
export default async function setUp(): Promise<void> {
  const run = await openRunFolder();
  const mock = await startMockModel();
  // What is wrong is looked for often, so that nobody waits for it here.
  const product = await startProduct({ METRICS_TOKEN, ALERT_EVERY_SECONDS: '1' });
  keep({ run, product, mock });
  await register(product.url, OWNER);
  process.env.E2E_URL = product.url;
  process.env.E2E_MOCK_URL = mock.url;
}
