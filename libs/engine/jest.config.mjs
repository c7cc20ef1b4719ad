import { preset } from '../../tools/test/jest-preset.mjs';

export default preset(import.meta.dirname, {
  displayName: 'engine',
  testMatch: ['<rootDir>/src/**/*.spec.ts'],
  testTimeout: 30_000,
});
