import { preset } from '../../tools/test/jest-preset.mjs';

export default {
  ...preset(import.meta.dirname, {
    displayName: 'browser',
    testMatch: ['<rootDir>/*.spec.ts'],
    globalSetup: '<rootDir>/support/global-setup.ts',
    globalTeardown: '<rootDir>/support/global-teardown.ts',
  }),
  maxWorkers: 1,
  testTimeout: 60_000,
};
