import { preset } from '../../tools/test/jest-preset.mjs';

export default {
  ...preset(import.meta.dirname, {
    displayName: 'browser',
    testMatch: ['<rootDir>/*.spec.ts'],
    testEnvironment: '<rootDir>/support/environment.cjs',
    setupFilesAfterEnv: ['<rootDir>/../../tools/test/second-try.cjs'],
    globalSetup: '<rootDir>/support/global-setup.ts',
    globalTeardown: '<rootDir>/support/global-teardown.ts',
  }),
  testSequencer: '../../tools/test/longest-first.cjs',
  testTimeout: 60_000,
};
