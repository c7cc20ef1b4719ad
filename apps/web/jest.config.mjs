import { preset } from '../../tools/test/jest-preset.mjs';

const web = preset(import.meta.dirname, { displayName: 'web', testMatch: ['<rootDir>/src/**/*.spec.ts?(x)'] });

export default { ...web, moduleNameMapper: { ...web.moduleNameMapper, '^@/(.*)$': '<rootDir>/src/$1' } };
