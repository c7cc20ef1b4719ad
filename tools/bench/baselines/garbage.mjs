// Loaded before a server under test, which runs with --expose-gc: says how much memory is in use once the waste is gone.
process.on('message', (message) => {
  if (message?.type !== 'memory') return;
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, external, rss } = process.memoryUsage();
  process.send({ type: 'memory', used: heapUsed + external, rss });
});
