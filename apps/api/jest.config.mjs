import { preset } from '../../tools/test/jest-preset.mjs';

const root = import.meta.dirname;

/** Two sizes: rules and pure functions beside the code, and promises through the door on a real PostgreSQL. */
export default {
  projects: [
    preset(root, { displayName: 'api-unit', testMatch: ['<rootDir>/src/**/*.spec.ts'] }),
    preset(root, {
      displayName: 'api',
      testMatch: ['<rootDir>/test/**/*.spec.ts'],
      setupFilesAfterEnv: ['<rootDir>/../../tools/test/second-try.cjs'],
      globalSetup: '<rootDir>/test/harness/global-setup.ts',
      globalTeardown: '<rootDir>/test/harness/global-teardown.ts',
    }),
  ],
  testSequencer: '../../tools/test/longest-first.cjs',
  testTimeout: 20_000,
};
