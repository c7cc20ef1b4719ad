import { preset } from './test/jest-preset.mjs';

export default {
  ...preset(import.meta.dirname, { displayName: 'tools', testMatch: ['<rootDir>/**/*.spec.ts'] }),
  testTimeout: 120_000,
};
