import { preset } from '../../tools/test/jest-preset.mjs';

export default preset(import.meta.dirname, {
  displayName: 'engine',
  testMatch: ['<rootDir>/src/**/*.spec.ts'],
  setupFilesAfterEnv: ['<rootDir>/../../tools/test/second-try.cjs'],
  testTimeout: 30_000,
});
