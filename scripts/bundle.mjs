// Puts the command and all that it imports into a few files: of what a start takes, finding and linking a thousand modules is half.
import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { root } from './setup.mjs';

const dist = join(root, 'packages/cluster/dist');
/** As deep as the rooms, from where what else is built is found. */
const target = join(dist, 'command/bundle');
const writtenAt = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
const compiledAt = Math.max(
  ...['cluster', 'sdk'].map((p) => writtenAt(join(root, 'packages', p, 'tsconfig.tsbuildinfo'))),
);

if (writtenAt(join(target, 'main.js')) <= compiledAt) {
  rmSync(target, { recursive: true, force: true });
  await build({
    entryPoints: [join(dist, 'cli/main.js')],
    outdir: target,
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    // It loads a library of its own.
    external: ['lmdb'],
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    legalComments: 'linked',
    logLevel: 'warning',
  });
}
