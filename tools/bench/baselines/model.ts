import { startMockModel } from '../../mock-model/server.ts';

const { url } = await startMockModel({ remember: 0 });
process.send?.({ type: 'ready', url });
process.on('disconnect', () => process.exit(0));
process.on('SIGTERM', () => process.exit(0));
