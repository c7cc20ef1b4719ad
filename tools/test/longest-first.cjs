const { basename } = require('node:path');
const Sequencer = require('@jest/test-sequencer').default;

/** A minute and more each. What nobody has timed yet, jest would take by the size of its file. */
const LONG = [
  'crash-1.spec.ts',
  'crash-2.spec.ts',
  'cluster-death.spec.ts',
  'crash-3.spec.ts',
  'accessibility.spec.ts',
  'thread-survival.spec.ts',
  'admin-records.spec.ts',
  'takeover.spec.ts',
];
const rank = ({ path }) => {
  const place = LONG.indexOf(basename(path));
  return place < 0 ? LONG.length : place;
};

/** The longest files first, so that no worker is left alone with one at the end. */
module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    return [...super.sort(tests)].sort((a, b) => rank(a) - rank(b));
  }
};
