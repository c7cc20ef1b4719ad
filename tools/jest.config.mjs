import { preset } from './test/jest-preset.mjs';

export default {
  ...preset(import.meta.dirname, {
    displayName: 'tools',
    testMatch: ['<rootDir>/**/*.spec.ts'],
    globalSetup: '<rootDir>/test/global-setup.ts',
    globalTeardown: '<rootDir>/test/global-teardown.ts',
  }),
  testTimeout: 120_000,
};
