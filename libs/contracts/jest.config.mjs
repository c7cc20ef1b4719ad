import { preset } from '../../tools/test/jest-preset.mjs';

export default preset(import.meta.dirname, { displayName: 'contracts', testMatch: ['<rootDir>/src/**/*.spec.ts'] });
