// npm run sim: simulated clusters, each of another seed; `SEED=… npm run sim` replays some, `SEEDS=100 npm run sim` runs many.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { build, installPackages, root } from './setup.mjs';

installPackages();
build();
const first = Math.floor(Math.random() * 1e6);
const many = Array.from({ length: Number(process.env.SEEDS ?? 20) }, (_, i) => String(first + i));
const program = join(root, 'tests/dist/sim/main.js');
const seeds = process.env.SEED?.split(',') ?? many;
process.exit(spawnSync(process.execPath, [program, ...seeds], { stdio: 'inherit' }).status ?? 1);
