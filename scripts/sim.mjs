// npm run sim: simulated clusters, each of another seed; `SEED=… npm run sim` replays one, `SEEDS=100 npm run sim` runs many.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { build, installPackages, root } from './setup.mjs';

installPackages();
build();
const first = Math.floor(Math.random() * 1e6);
const many = Array.from({ length: Number(process.env.SEEDS ?? 20) }, (_, i) => first + i);
const env = { ...process.env, SEED: process.env.SEED ?? many.join(',') };
const test = join(root, 'tests/dist/sim/cluster.test.js');
process.exit(
  spawnSync(process.execPath, ['--test', '--test-reporter=spec', test], { stdio: 'inherit', env }).status ?? 1,
);
