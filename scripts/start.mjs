// npm start: installs what is missing, builds, runs `tiphys up` with the flags given after `--`.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { build, installNodePackages, installPackages, root } from './setup.mjs';

const flags = process.argv.slice(2);
installPackages();
if (!flags.some((f) => f === '--no-node' || f.startsWith('--nodes') || f === '--help')) installNodePackages();
build();

const child = spawn(process.execPath, [join(root, 'packages/cluster/bin/tiphys.js'), 'up', ...flags], {
  stdio: 'inherit',
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
