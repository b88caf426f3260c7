// npm run golden: asks Tiphys what a real Kubernetes 1.36 was asked, prints by family how many answers agree, and fails when a
// family falls below the score that is kept in tests/golden/scores.json. `-- FAMILY…` asks only those, `--built` every family of
// the API whole and of the others the cases of what is built so far; `--update` keeps the new score; `--resources` prints by
// resource of the API how many answers differ, as docs/compat-resources.md has it.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { byResource } from './golden-resources.mjs';
import { build, installPackages, root, say } from './setup.mjs';

const recorded = join(root, '..', 'shared', 'golden');
const kept = join(root, 'tests', 'golden', 'scores.json');
const args = process.argv.slice(2);
const wanted = args.filter((a) => !a.startsWith('--'));

if (!existsSync(recorded)) {
  say(`golden: skipped, the recorded answers are not beside this checkout (${recorded})`);
  process.exit(0);
}
installPackages();
build();

/** Families by the parts that they were recorded with. How long what never comes is waited for is a matter of running time. */
const scenes = [
  {
    families:
      'defaults validation validation-update reviews patch apply reads watch delete errors subresources rbac admission crd cel policy'.split(
        ' ',
      ),
    parts: ['apiserver', '--bind-address', '127.0.0.1', '--secure-port'],
    // Some of these watch the clock: a busy machine may cost a few cases.
    allowedLoss: (asked) => Math.max(2, 0.002 * asked),
  },
  // These wait for controllers, so a busy machine may cost a case. Each has a cluster of its own: nodes that the cases of one
  // leave behind are nodes to the other's pods.
  ...['controllers', 'scheduling'].map((family) => ({
    families: [family],
    parts: ['up', '--no-node', '--port'],
    allowedLoss: (asked) => 0.02 * asked,
  })),
];

const steps = join(recorded, 'steps', 'first-light.txt');
const before = existsSync(kept) ? JSON.parse(readFileSync(kept, 'utf8')) : {};
const scores = {};
let fell = false;
const [api, ...waiting] = scenes;
const isBuilt = args.includes('--built');
const misses = [];
for (const [name, only, first, others] of [
  ['first-light', ['--steps', steps], isBuilt ? [] : [api], waiting],
  ['all', [], [api], isBuilt ? [] : waiting],
]) {
  const ask = (scene) => scoreOf(scene, only, before[name] ?? {});
  const found = [];
  for (const scene of first) found.push(await ask(scene));
  // What waits for controllers leaves the processor to others that do.
  scores[name] = Object.assign({}, ...found, ...(await Promise.all(others.map(ask))));
}
for (const [name, families] of Object.entries(scores)) {
  console.log(
    `\n${name.padEnd(20)} ${'asked'.padStart(7)} ${'same status'.padStart(12)} ${'exact'.padStart(7)}   kept`,
  );
  for (const [family, { asked, status, exact }] of Object.entries(families)) {
    const old = before[name]?.[family];
    const falls = old && hasFallen(family, families[family], old);
    fell ||= Boolean(falls);
    const then = old
      ? `${percent(old.status, old.asked)} ${percent(old.exact, old.asked)}${falls ? '   FELL' : ''}`
      : '-';
    console.log(
      `${family.padEnd(20)} ${String(asked).padStart(7)} ${percent(status, asked).padStart(12)} ${percent(exact, asked).padStart(7)}   ${then}`,
    );
  }
}
if (args.includes('--resources')) console.log(`\n${byResource(filesOf(api.families.filter(isWanted)), misses)}`);
if (args.includes('--update')) {
  const merged = {
    'first-light': { ...before['first-light'], ...scores['first-light'] },
    all: { ...before.all, ...scores.all },
  };
  writeFileSync(kept, `${JSON.stringify(merged, null, 2)}\n`);
} else if (fell) {
  say('golden: a family fell below the score that was reached before');
  process.exit(1);
}

function filesOf(families) {
  return families.map((f) => join(recorded, `${f}.jsonl.gz`)).filter(existsSync);
}

function isWanted(family) {
  return !wanted.length || wanted.includes(family);
}

/** The scores of a scene's families. What fell is asked once more by itself: the second may have turned in the middle of a case. */
async function scoreOf({ families, parts }, only, old) {
  const files = filesOf(families.filter(isWanted));
  if (!files.length) return {};
  const found = await score(parts, only, files);
  const fallen = Object.keys(found).filter((f) => old[f] && hasFallen(f, found[f], old[f]));
  const again = fallen.length ? await score(parts, only, filesOf(fallen)) : {};
  for (const family of fallen) if (again[family]?.exact > found[family].exact) found[family] = again[family];
  return found;
}

function hasFallen(family, { asked, status, exact }, old) {
  const loss = scenes.find((s) => s.families.includes(family))?.allowedLoss(asked) ?? 0;
  return status + loss < old.status || exact + loss < old.exact;
}

/** Starts the parts on an empty data directory, replays the files against them, and ends them. */
async function score(parts, only, files) {
  const dir = mkdtempSync(join(tmpdir(), 'tiphys-golden-'));
  const port = await freePort();
  const tokens = join(dir, 'tokens.csv');
  writeFileSync(tokens, 'golden,admin,1,"system:masters"\n', { mode: 0o600 });
  const main = join(root, 'packages/cluster/bin/tiphys.js');
  const flags = ['--data-dir', join(dir, 'data'), '--token-auth-file', tokens];
  const range = ['--service-cluster-ip-range', '10.0.0.0/16'];
  const server = spawn(process.execPath, [main, ...parts, String(port), ...flags, ...range, '--log-level', 'error'], {
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  try {
    await ready(server);
    const replay = [
      join(recorded, 'golden.mjs'),
      'replay',
      '--server',
      `https://127.0.0.1:${port}`,
      '--token',
      'golden',
    ];
    const missed = join(dir, 'misses.jsonl');
    const how = ['--json', '--quiet', '--patience', '4000', '--failures', missed];
    const answers = await output([...replay, ...how, ...only, ...files]);
    if (server.exitCode !== null) throw new Error(`the server ended with ${server.exitCode} while it was asked`);
    if (!only.length)
      misses.push(
        ...readFileSync(missed, 'utf8')
          .split('\n')
          .filter(Boolean)
          .map((l) => JSON.parse(l)),
      );
    return JSON.parse(answers).families;
  } finally {
    const ended = new Promise((resolve) => server.once('exit', resolve));
    if (server.exitCode === null && server.kill()) await ended;
    rmSync(dir, { recursive: true, force: true });
  }
}

/** The server says on stderr when it answers; what it says besides is passed on. */
/** What the program prints. Not waited for synchronously: what the server says meanwhile must be read, or it stands still. */
async function output(args) {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk) => (text += chunk));
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`the replay ended with ${code}`);
  return text;
}

function ready(server) {
  return new Promise((resolve, reject) => {
    server.once('exit', (code) => reject(new Error(`the server ended with ${code} before it was ready`)));
    server.stderr.on('data', (text) => {
      if (/\bready\b/.test(text)) resolve();
      else process.stderr.write(text);
    });
  });
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

function percent(part, all) {
  return all ? `${((100 * part) / all).toFixed(1)}%` : '-';
}
