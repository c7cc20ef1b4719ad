import { preset } from './test/jest-preset.mjs';

export default {
  ...preset(import.meta.dirname, {
    displayName: 'tools',
    testMatch: ['<rootDir>/**/*.spec.ts'],
    setupFilesAfterEnv: ['<rootDir>/test/second-try.cjs'],
    globalSetup: '<rootDir>/test/global-setup.ts',
    globalTeardown: '<rootDir>/test/global-teardown.ts',
  }),
  testTimeout: 120_000,
};
