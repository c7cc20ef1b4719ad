const { basename } = require('node:path');

/** These look for rare faults by chance: a second try would hide every other one of those. */
const HUNTS = /^(crash-\d|drill)\.spec\.ts$/;

// Where processes, streams and pages have to meet, a busy machine can be too slow once. A test that needs a second try
// passes, and the runner names it: it is a defect of the test, or the first sign of one of the product.
if (!HUNTS.test(basename(expect.getState().testPath)))
  jest.retryTimes(1, { logErrorsBeforeRetry: true, retryImmediately: true });
