import { resolve } from 'node:path';

const workspace = resolve(import.meta.dirname, '../..');

/** What every jest project of the workspace has: TypeScript with decorators, and the libraries from their sources. */
export const preset = (rootDir, project) => ({
  rootDir,
  testEnvironment: 'node',
  // Modules of the workspace become CommonJS; packages that are ESM are loaded by require(esm), which jest does natively
  // with --experimental-vm-modules on Node 24.9 and later.
  transform: {
    '^.+\\.tsx?$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2024',
          parser: { syntax: 'typescript', decorators: true, tsx: rootDir.endsWith('web') },
          transform: {
            legacyDecorator: true,
            decoratorMetadata: true,
            useDefineForClassFields: false,
            react: { runtime: 'automatic' },
          },
        },
        module: { type: 'commonjs', ignoreDynamic: true },
      },
    ],
  },
  moduleNameMapper: {
    '^@chatbox/(contracts|engine|chat-client)$': `${workspace}/libs/$1/src/index.ts`,
  },
  ...project,
});
