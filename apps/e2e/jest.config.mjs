import { preset } from '../../tools/test/jest-preset.mjs';

export default {
  ...preset(import.meta.dirname, {
    displayName: 'browser',
    testMatch: ['<rootDir>/*.spec.ts'],
    globalSetup: '<rootDir>/support/global-setup.ts',
    globalTeardown: '<rootDir>/support/global-teardown.ts',
  }),
  testSequencer: '../../tools/test/longest-first.cjs',
  testTimeout: 60_000,
};
