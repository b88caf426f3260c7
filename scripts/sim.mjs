// npm run sim: simulated clusters, each of another seed; `SEED=… npm run sim` replays some, `SEEDS=100 npm run sim` runs many.
// `npm run sim -- soak [DAYS]`: one of them for days on end, of which nothing may grow (`SEED=…` as well).
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { build, installPackages, root } from './setup.mjs';

installPackages();
build();
const program = (name) => join(root, `tests/dist/sim/${name}.js`);
const [what, days = '2'] = process.argv.slice(2);
process.exit(run(what === 'soak' ? ['--expose-gc', program('soak'), days] : [program('main'), ...seeds()]));

function seeds() {
  if (process.env.SEED) return process.env.SEED.split(',');
  const first = Math.floor(Math.random() * 1e6);
  return Array.from({ length: Number(process.env.SEEDS ?? 20) }, (_, i) => String(first + i));
}

function run(args) {
  return spawnSync(process.execPath, args, { stdio: 'inherit' }).status ?? 1;
}
