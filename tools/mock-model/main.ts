import { parseArgs } from 'node:util';
import { startMockModel } from './server.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    host: { type: 'string', default: '127.0.0.1' },
    tokens: { type: 'string', default: '40' },
    delay: { type: 'string', default: '0' },
    first: { type: 'string', default: '0' },
    key: { type: 'string' },
    remember: { type: 'string', default: '0' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  console.log('node tools/mock-model/main.ts [--port 0] [--host …] [--tokens 40] [--delay ms] [--first ms] [--key …]');
} else {
  const mock = await startMockModel({
    host: values.host,
    port: Number(values.port),
    tokens: Number(values.tokens),
    delayMilliseconds: Number(values.delay),
    firstDelayMilliseconds: Number(values.first),
    key: values.key,
    remember: Number(values.remember),
  });
  // The first line on standard output is the address, for scripts that start this.
  console.log(mock.url);
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void mock.close().then(() => process.exit(0)));
}
