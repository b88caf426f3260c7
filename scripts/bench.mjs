// npm run bench: sets up, builds, runs the benchmarks and prints their table; `npm run bench -- NAME… [--only ROW] [--json]` runs some.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { build, installPackages, root } from './setup.mjs';

installPackages();
build();
const main = join(root, 'tests/dist/bench/main.js');
process.exit(spawnSync(process.execPath, [main, ...process.argv.slice(2)], { stdio: 'inherit' }).status ?? 1);
