import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { kubectls } from '../wire/kubectls.ts';
import { UpProcess } from '../wire/up-process.ts';
import { programNamed } from './containerd-lab.ts';
import { leftoversOf, podNamespaces } from './leftovers.ts';
import { whyNoNode } from './node-lab.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const patienceMs = 120_000;

/** The shell lines of the README's tour, as a reader would paste them. */
function tourLines(): string {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const tour = /^## A tour$([^]*?)^## /m.exec(readme)?.[1] ?? assert.fail('the README has no tour');
  return [...tour.matchAll(/^```sh\n([^]*?)^```$/gm)].map((block) => block[1]).join('');
}

/** Whether somebody listens where the tour forwards a port to. */
const isTaken = (port: number) =>
  new Promise<boolean>((resolve) => {
    const server = createServer().once('error', () => resolve(true));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(false)));
  });

async function whyNoTour(): Promise<string | undefined> {
  if (!found.length) return 'no kubectl is here';
  for (const program of ['bash', 'script', 'curl']) if (!(await programNamed(program))) return `needs ${program}`;
  return (await isTaken(8080)) ? 'port 8080 is taken' : undefined;
}

const found = kubectls();
const skip = (await whyNoTour()) ?? false;

/** Pastes the lines into a terminal; resolves to what was on it. */
async function paste(lines: string, env: NodeJS.ProcessEnv): Promise<{ screen: string; code: number | null }> {
  const dir = mkdtempSync(join(tmpdir(), 'tiphys-tour-'));
  try {
    const file = join(dir, 'tour.sh');
    // What it put in the background must not outlive it.
    writeFileSync(file, `set -ex\ntrap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n${lines}`);
    const child = spawn('script', ['-qec', `bash ${file}`, '/dev/null'], {
      cwd: root,
      env: { ...process.env, ...env, TERM: 'dumb' },
      // Its input stays open: an end would be typed into the terminal, and reach some container as a character.
      stdio: ['pipe', 'pipe', 'inherit'],
      timeout: patienceMs,
    });
    const code = new Promise<number | null>((resolve) => child.once('exit', resolve));
    const screen = (await text(child.stdout)).replaceAll('\r', '');
    return { screen, code: await code };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** From `tiphys up` to `tiphys reset`. */
async function takeTour(kubectl: string, ...flags: string[]): Promise<{ screen: string; left: string[] }> {
  const up = new UpProcess();
  const bin = mkdtempSync(join(tmpdir(), 'tiphys-bin-'));
  try {
    symlinkSync(kubectl, join(bin, 'kubectl'));
    const { kubeconfig } = await up.start(...flags);
    const { screen, code } = await paste(tourLines(), {
      PATH: `${bin}:${process.env['PATH']}`,
      KUBECONFIG: kubeconfig,
      TIPHYS_DATA_DIR: up.dataDir,
      HOME: bin,
    });
    assert.equal(code, 0, screen.slice(-6000));
    return { screen, left: flags.length ? [] : leftoversOf(up.dataDir) };
  } finally {
    await up.close();
    rmSync(bin, { recursive: true, force: true });
  }
}

/** What a reader is to see, whatever the nodes are. */
const seen: readonly RegExp[] = [
  /deployment "web" successfully rolled out/,
  /ScalingReplicaSet +\S+ +deployment-controller +Scaled up replica set web-\w+ from 0 to 3/,
  /This page comes from a ConfigMap\.\nopen sesame/,
  /page\.txt\nhello, open sesame/,
  /pod\S* (default\/)?web-\w+-\w+/,
  /deployment\.apps\/web scaled/,
  /deployment\.apps\/web image updated/,
  /REVISION +CHANGE-CAUSE\n1 +<none>\n2 +<none>/,
  /deployment\.apps\/web rolled back/,
  /web +5\/5 +5 +5 +\S+ +web +demo:1 +app=web/,
  /pod\/crash condition met/,
  /pod\/nowhere condition met/,
  /crash +0\/1 +CrashLoopBackOff/,
  /nowhere +0\/1 +ImagePullBackOff/,
  /^going down$/m,
  /Last State: +Terminated\n +Reason: +Error\n +Exit Code: +3\n/,
  /Warning +BackOff .*Back-off restarting failed container crash in pod crash_default\(/,
  /Warning +Failed .*Failed to pull image "registry\.invalid\/nothing:1": /,
  /Warning +Failed .*Error: ErrImagePull/,
  /tiphys: ended/,
  /tiphys: removed /,
];

describe("the README's tour", { skip, timeout: 4 * patienceMs }, () => {
  for (const { version, path } of found) {
    it(`goes with simulated nodes and kubectl ${version}`, async () => {
      const { screen } = await takeTour(path, '--nodes', 'sim:3');
      for (const what of seen) assert.match(screen, what);
      assert.match(screen, /port 8080 of simulated pod default\/web-\w+-\w+ on node sim-\d/);
      assert.match(screen, /the nodes of .* are simulated and need no image/);
    });
  }
});

const noNode = skip || ((await whyNoNode()) ?? false);

describe("the README's tour on this machine as a node", { skip: noNode, timeout: 4 * patienceMs }, () => {
  for (const { version, path } of found) {
    it(`goes with kubectl ${version}, and leaves nothing`, async () => {
      const before = podNamespaces();
      const { screen, left } = await takeTour(path);
      for (const what of seen) assert.match(screen, what);
      assert.match(screen, /hello from pod web-\w+-\w+\nThis page comes from a ConfigMap\./);
      assert.match(screen, /listening on port 8080/);
      assert.deepEqual(left, []);
      assert.deepEqual(podNamespaces(), before);
    });
  }
});
