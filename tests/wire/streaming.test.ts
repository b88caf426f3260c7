import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { clusterRole, clusterRoleBinding, node, pod, serviceAccount } from '@tiphys/sdk/api';
import { type Client, createClient, HttpTransport } from '@tiphys/sdk/client';
import { nullLogger, systemClock, systemRandom } from '@tiphys/sdk/runtime';
import { NodeAccess, NodeServer } from 'tiphys/kubelet';
import { Pki } from 'tiphys/pki';
import { exitedWith } from 'tiphys/streaming';
import { kubectls } from './kubectls.ts';
import { processNode } from './process-node.ts';

const main = fileURLToPath(import.meta.resolve('tiphys/apiserver')).replace(/apiserver\/index\.js$/, 'cli/main.js');

interface Fixture {
  readonly dir: string;
  readonly client: Client;
  readonly echoPort: number;
  readonly endLog: () => void;
  close(): Promise<void>;
}

/** An API server in a process of its own, and a node in this one that it reaches over TLS like any other. */
async function start(): Promise<Fixture> {
  const dir = mkdtempSync(join(tmpdir(), 'tiphys-streaming-'));
  writeFileSync(join(dir, 'tokens'), 'tok,admin,1,"system:masters"\nlook,looker,2,lookers\n');
  const port = await freePort();
  const server = spawn(
    process.execPath,
    [
      main,
      'apiserver',
      '--data-dir',
      join(dir, 'data'),
      '--secure-port',
      String(port),
      '--token-auth-file',
      join(dir, 'tokens'),
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  // Whatever happens to the test, the server ends with it.
  process.once('exit', () => server.kill('SIGKILL'));
  await ready(server);
  const pki = new Pki(join(dir, 'data/pki'), { clock: systemClock, random: systemRandom }, { serverNames: [] });
  const transport = new HttpTransport({ server: `https://127.0.0.1:${port}`, ca: pki.ca.cert, token: () => 'tok' });
  const client = createClient(transport);

  const work = join(dir, 'container');
  mkdirSync(work);
  writeLog(join(dir, '0.log'), ['first', 'second', 'third']);
  writeLog(join(dir, 'previous.log'), ['before']);
  let endLog = () => {};
  const logEnded = new Promise<void>((resolve) => (endLog = resolve));
  const echo = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {});
    socket.pipe(socket);
  });
  await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
  const echoPort = (echo.address() as AddressInfo).port;
  const stop = new AbortController();
  const nodeServer = new NodeServer({
    clock: systemClock,
    log: nullLogger,
    access: new NodeAccess({ client, clock: systemClock, nodeName: 'n1' }),
    info: {
      pods: () => [],
      runningPods: async () => [],
      summary: async () => ({ node: { nodeName: 'n1' }, pods: [] }),
      problem: () => undefined,
    },
    backend: processNode({
      directory: work,
      log: (container, previous) =>
        container === 'main' ? { path: join(dir, previous ? 'previous.log' : '0.log'), ended: logEnded } : undefined,
      attached() {
        const stdin = new PassThrough();
        const stdout = new PassThrough();
        stdout.write('attached\n');
        const status = text(stdin).then((said) => {
          stdout.end(`heard ${said}`);
          return exitedWith(0);
        });
        return { stdin, stdout, resize: () => undefined, status, close: () => stdin.destroy() };
      },
      port: (p) => (p === 80 ? echoPort : 1),
    }),
  });
  const serving = pki.serverCertificate('system:node:n1', ['127.0.0.1']);
  let kubeletPort = 0;
  const listening = await new Promise<{ done: Promise<void> }>((resolve, reject) => {
    const done = nodeServer.run(
      { ...serving, clientCa: pki.ca.cert, port: 0, host: '127.0.0.1' },
      (p) => {
        kubeletPort = p;
        resolve({ done });
      },
      stop.signal,
    );
    done.catch(reject);
  });
  await makePods(client, kubeletPort);
  const kubeconfig = (file: string, token: string) =>
    writeFileSync(
      join(dir, file),
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Config',
        clusters: [{ name: 'c', cluster: { server: `https://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true } }],
        users: [{ name: 'u', user: { token } }],
        contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
        'current-context': 'c',
      }),
    );
  kubeconfig('admin', 'tok');
  kubeconfig('looker', 'look');
  return {
    dir,
    client,
    echoPort,
    endLog: () => endLog(),
    async close() {
      stop.abort();
      await listening.done;
      transport.close();
      echo.close();
      const ended = new Promise((resolve) => server.once('exit', resolve));
      server.kill('SIGTERM');
      await ended;
      rmSync(dir, { recursive: true });
    },
  };
}

async function makePods(client: Client, port: number): Promise<void> {
  await client.create(serviceAccount, { metadata: { name: 'default', namespace: 'default' } });
  // May read everything of pods, which is not enough to talk to them.
  const rules = [{ apiGroups: [''], resources: ['pods', 'pods/exec'], verbs: ['get'] }];
  await client.create(clusterRole, { metadata: { name: 'lookers' }, rules });
  await client.create(clusterRoleBinding, {
    metadata: { name: 'lookers' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'lookers' },
    subjects: [{ kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name: 'lookers' }],
  });
  const status = { subresource: 'status' } as const;
  const machine = await client.create(node, { metadata: { name: 'n1' } });
  const where = {
    addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
    daemonEndpoints: { kubeletEndpoint: { Port: port } },
  };
  await client.patch(node, machine, { type: 'merge', patch: { status: where } }, status);
  const containers = (...names: string[]) => names.map((name) => ({ name, image: 'app:1' }));
  for (const [name, names] of [
    ['p', ['main']],
    ['two', ['main', 'side']],
  ] as const) {
    const made = await client.create(pod, {
      metadata: { name, namespace: 'default' },
      spec: { nodeName: 'n1', automountServiceAccountToken: false, containers: containers(...names) },
    });
    const running = {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: 'True' }],
      containerStatuses: names.map((n) => ({ name: n, state: { running: { startedAt: '2026-01-01T00:00:00Z' } } })),
    };
    await client.patch(pod, made, { type: 'merge', patch: { status: running } }, status);
  }
}

function writeLog(path: string, lines: readonly string[]): void {
  writeFileSync(path, '');
  lines.forEach((line, i) => {
    // Two hours ago, one hour ago, now.
    const at = new Date(Date.now() - (lines.length - 1 - i) * 3_600_000).toISOString();
    appendFileSync(path, `${at} stdout F ${line}\n`);
  });
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

function ready(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    server.stderr!.setEncoding('utf8').on('data', (piece: string) => {
      said += piece;
      if (said.includes('ready')) resolve();
    });
    server.once('exit', () => reject(new Error(`the API server ended: ${said}`)));
  });
}

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const protocols: Record<string, Record<string, string>> = {
  WebSocket: {},
  SPDY: { KUBECTL_REMOTE_COMMAND_WEBSOCKETS: 'false', KUBECTL_PORT_FORWARD_WEBSOCKETS: 'false' },
};

let fixture: Fixture;
before(async () => void (fixture = await start()));
after(() => fixture.close());

for (const { version, path } of kubectls()) {
  for (const [protocol, env] of Object.entries(protocols)) {
    describe(`kubectl ${version} over ${protocol}`, { timeout: 120_000 }, () => {
      const begin = (args: readonly string[], as = 'admin') =>
        spawn(path, ['--kubeconfig', join(fixture.dir, as), ...args], { env: { ...process.env, ...env } });
      const finish = async (child: ReturnType<typeof begin>, input?: string | Buffer): Promise<Ended> => {
        child.stdin.on('error', () => {});
        if (input !== undefined) child.stdin.end(input);
        const code = new Promise<number | null>((resolve) => child.once('close', resolve));
        const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
        return { code: await code, stdout, stderr };
      };
      const kubectl = (args: readonly string[], input?: string | Buffer, as?: string) => finish(begin(args, as), input);

      it('exec: both outputs and the exit code', async () => {
        const end = await kubectl(['exec', 'p', '--', 'sh', '-c', 'echo out; echo err >&2; exit 7']);
        assert.deepEqual(end, { code: 7, stdout: 'out\n', stderr: 'err\ncommand terminated with exit code 7\n' });
      });

      it('exec: a command that cannot be started', async () => {
        const { code, stderr } = await kubectl(['exec', 'p', '--', '/no/such']);
        assert.equal(code, 1);
        assert.match(stderr, /Internal error occurred: error executing command in container: spawn \/no\/such ENOENT/);
      });

      it('exec -i: the end of stdin arrives', async () => {
        const end = await kubectl(['exec', '-i', 'p', '--', 'sh', '-c', 'cat; echo end'], 'hi\n');
        assert.deepEqual(end, { code: 0, stdout: 'hi\nend\n', stderr: '' });
      });

      it('exec -i: a command that reads little of much ends all the same', async () => {
        const { code, stdout, stderr } = await kubectl(
          ['exec', '-i', 'p', '--', 'head', '-c', '3'],
          Buffer.alloc(5_000_000, 'x'),
        );
        assert.deepEqual({ code, stdout }, { code: 0, stdout: 'xxx' }, stderr);
      });

      it('exec -it: a terminal and its size', async () => {
        const command = `stty cols 90 rows 30; exec ${path} --kubeconfig ${join(fixture.dir, 'admin')} exec -it p -- sh -c "sleep 0.3; echo done"`;
        const script = spawn('script', ['-qec', command, '/dev/null'], { env: { ...process.env, ...env } });
        const { code, stdout } = await finish(script);
        assert.match(stdout, /size 90x30/);
        assert.match(stdout, /done/);
        assert.equal(code, 0);
      });

      it('cp: 20 MB in and out again, unchanged', async () => {
        const local = join(fixture.dir, 'local');
        const content = randomBytes(20_000_000);
        writeFileSync(local, content);
        const inside = join(fixture.dir, 'container', 'file');
        assert.equal((await kubectl(['cp', local, `p:${inside}`])).code, 0);
        assert.equal((await kubectl(['cp', `p:${inside}`, `${local}.back`])).code, 0);
        const digest = (b: Buffer) => createHash('sha256').update(b).digest('hex');
        assert.equal(digest(readFileSync(`${local}.back`)), digest(content));
      });

      it('port-forward: connections side by side, half-closed ends', async () => {
        const child = begin(['port-forward', 'p', ':80']);
        const [, port] = /127\.0\.0\.1:(\d+) -> 80/.exec(await firstLine(child))!;
        try {
          const talk = async (word: string) => {
            const socket = connect({ host: '127.0.0.1', port: Number(port), allowHalfOpen: true });
            socket.end(word);
            return text(socket);
          };
          const words = ['a', 'b'.repeat(1_000_000), 'c'];
          assert.deepEqual(await Promise.all(words.map(talk)), words);
          assert.equal(await talk('later'), 'later');
        } finally {
          child.kill();
        }
        await finish(child);
      });

      it('port-forward: a port where nobody listens is said so', async () => {
        const child = begin(['port-forward', 'p', ':81']);
        const [, port] = /127\.0\.0\.1:(\d+) -> 81/.exec(await firstLine(child))!;
        const ended = finish(child);
        const socket = connect(Number(port), '127.0.0.1');
        socket.on('error', () => {});
        socket.on('close', () => child.kill());
        socket.write('x');
        socket.resume();
        assert.match(
          (await ended).stderr,
          /an error occurred forwarding \d+ -> 81: .*failed to connect to localhost:81/,
        );
      });

      it('attach: what is said is heard', async () => {
        const { code, stdout } = await kubectl(['attach', '-i', 'p', '-c', 'main'], 'hello');
        assert.deepEqual({ code, stdout }, { code: 0, stdout: 'attached\nheard hello' });
      });
    });
  }

  describe(`kubectl ${version}`, () => {
    const run = async (args: readonly string[], as = 'admin'): Promise<Ended> => {
      const child = spawn(path, ['--kubeconfig', join(fixture.dir, as), ...args]);
      const code = new Promise<number | null>((resolve) => child.once('close', resolve));
      const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
      return { code: await code, stdout, stderr };
    };
    const logs: [args: string[], want: RegExp][] = [
      [['logs', 'p'], /^first\nsecond\nthird\n$/],
      [['logs', 'p', '--tail', '2'], /^second\nthird\n$/],
      [['logs', 'p', '--since', '90m'], /^second\nthird\n$/],
      [['logs', 'p', '--since-time', new Date(Date.now() - 600_000).toISOString()], /^third\n$/],
      [['logs', 'p', '--limit-bytes', '8'], /^first\nse$/],
      [['logs', 'p', '--previous'], /^before\n$/],
      [['logs', 'p', '--timestamps', '--tail', '1'], /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z third\n$/],
      [['logs', 'two', '-c', 'main', '--prefix', '--tail', '1'], /^\[pod\/two\/main\] third\n$/],
    ];
    for (const [args, want] of logs) {
      it(args.join(' '), async () => {
        const { code, stdout, stderr } = await run(args);
        assert.equal(code, 0, stderr);
        assert.match(stdout, want);
      });
    }

    const refusals: [args: string[], want: RegExp, as?: string][] = [
      [['logs', 'two', '-c', 'side', '--previous'], /previous terminated container "side" in pod "two" not found/],
      [['logs', 'two', '-c', 'none'], /container none is not valid for pod two/],
      [['exec', 'two', '-c', 'none', '--', 'id'], /container (not found )?.*none/],
      [['exec', 'p', '--', 'id'], /User "looker" cannot create resource "pods\/exec" in API group ""/, 'looker'],
    ];
    for (const [args, want, as] of refusals) {
      it(`${as ? `as ${as}, ` : ''}${args.join(' ')} is refused`, async () => {
        const { code, stderr } = await run(args, as);
        assert.equal(code, 1);
        assert.match(stderr, want);
      });
    }
  });
}

describe('a log that is followed', () => {
  it('goes on while the container does, and ends with it', async () => {
    const child = spawn(kubectls()[0]!.path, [
      '--kubeconfig',
      join(fixture.dir, 'admin'),
      'logs',
      '-f',
      'p',
      '--tail',
      '1',
    ]);
    const whole = text(child.stdout);
    await new Promise((resolve) => child.stdout.once('data', resolve));
    appendFileSync(join(fixture.dir, '0.log'), `${new Date().toISOString()} stdout F fourth\n`);
    await systemClock.sleep(100);
    fixture.endLog();
    assert.equal(await whole, 'third\nfourth\n');
  });
});

async function firstLine(child: ChildProcess): Promise<string> {
  let said = '';
  for await (const piece of child.stdout!.iterator({ destroyOnReturn: false })) {
    said += String(piece);
    if (said.includes('\n')) break;
  }
  child.stdout!.resume();
  return said;
}
