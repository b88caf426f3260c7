import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { kubectls } from './kubectls.ts';
import { run, tiphys, UpProcess } from './up-process.ts';

const found = kubectls();

describe('tiphys up with simulated nodes', { skip: found.length ? false : 'no kubectl is here' }, () => {
  const up = new UpProcess();
  const home = mkdtempSync(join(tmpdir(), 'tiphys-home-'));
  let kubeconfig: string;
  before(async () => {
    const ready = await up.start('--nodes', 'sim:3');
    assert.deepEqual(ready.nodes.toSorted(), ['sim-0', 'sim-1', 'sim-2']);
    ({ kubeconfig } = ready);
  });
  after(async () => {
    await up.close();
    rmSync(home, { recursive: true, force: true });
  });

  /** What the program printed; fails with what it complained about. */
  const ok = async (program: string, ...args: string[]): Promise<string> => {
    const { stdout, stderr, code } = await run(program, args, { KUBECONFIG: kubeconfig, HOME: home });
    assert.equal(code, 0, `${args.join(' ')}: ${stderr}`);
    return stdout;
  };

  for (const { version, path } of found) {
    it(`kubectl ${version} deploys, scales, rolls out, takes back, looks in and deletes`, async () => {
      const kubectl = (...args: string[]) => ok(path, ...args);
      const name = `web-${version.replaceAll('.', '-')}`.replace(/-dispatcher$/, '');
      const deploy = `deployment/${name}`;
      await kubectl('create', 'deployment', name, '--image=registry.example/web:1', '--replicas=3');
      assert.match(await kubectl('rollout', 'status', deploy, '--timeout=30s'), /successfully rolled out/);
      const pods = await kubectl('get', 'pods', '-l', `app=${name}`, '-o', 'wide');
      assert.equal(pods.match(/1\/1 +Running/g)?.length, 3, pods);
      assert.match(pods, /sim-\d/);

      await kubectl('scale', deploy, '--replicas=5');
      await kubectl('rollout', 'status', deploy, '--timeout=30s');
      assert.match(await kubectl('get', deploy), /5\/5/);
      await kubectl('set', 'image', deploy, 'web=registry.example/web:2');
      await kubectl('rollout', 'status', deploy, '--timeout=30s');
      const image = () => kubectl('get', deploy, '-o', 'jsonpath={.spec.template.spec.containers[0].image}');
      assert.equal(await image(), 'registry.example/web:2');
      await kubectl('rollout', 'undo', deploy);
      await kubectl('rollout', 'status', deploy, '--timeout=30s');
      assert.equal(await image(), 'registry.example/web:1');

      assert.match(await kubectl('describe', deploy), /ScalingReplicaSet/);
      assert.match(await kubectl('logs', deploy), /simulated container web of pod default\/web-/);
      assert.equal(await kubectl('exec', deploy, '--', 'echo', 'hi', 'there'), 'hi there\n');
      const failed = await run(path, ['exec', deploy, '--', 'sh', '-c', 'exit 7'], {
        KUBECONFIG: kubeconfig,
        HOME: home,
      });
      assert.equal(failed.code, 7, failed.stderr);

      await kubectl('delete', deploy, '--wait');
      await kubectl('wait', '--for=delete', 'pod', '-l', `app=${name}`, '--timeout=30s');
      assert.equal(await kubectl('get', 'pods', '-l', `app=${name}`, '-o', 'name'), '');
    });
  }

  it('a pod that is meant to end ends, and tells how', async () => {
    const kubectl = (...args: string[]) => ok(found[0]!.path, ...args);
    const says = ['run-for=100ms', 'exit-code=3'].map((a) => `--annotations=sim.tiphys.dev/${a}`);
    await kubectl('run', 'task', '--image=registry.example/task:1', '--restart=Never', ...says);
    await kubectl('wait', '--for=jsonpath={.status.phase}=Failed', 'pod/task', '--timeout=20s');
    const code = 'jsonpath={.status.containerStatuses[0].state.terminated.exitCode}';
    assert.equal(await kubectl('get', 'pod', 'task', '-o', code), '3');
    assert.match(await kubectl('logs', 'task'), /exited with code 3/);
  });

  it('is found by status, and a second one on its data directory is refused with what to do', async () => {
    const status = await tiphys('status', '--data-dir', up.dataDir, '-o', 'json');
    assert.equal(status.code, 0, status.stderr);
    const told = JSON.parse(status.stdout) as { running: boolean; pid: number; ready: string[] };
    assert.deepEqual([told.running, told.pid], [true, up.pid]);
    assert.equal(told.ready.length, 3);
    const second = await tiphys('up', '--data-dir', up.dataDir, '--port', '0', '--no-node');
    assert.equal(second.code, 1);
    assert.match(second.stderr, new RegExp(`in use by process ${up.pid}.*tiphys down.*--data-dir`));
    const reset = await tiphys('reset', '--data-dir', up.dataDir);
    assert.match(reset.stderr, /end it first with "tiphys down/);
  });

  it('finds every object again after down and up; down leaves nothing running', async () => {
    const kubectl = (...args: string[]) => ok(found[0]!.path, ...args);
    await kubectl('create', 'deployment', 'kept', '--image=registry.example/web:1', '--replicas=2');
    await kubectl('rollout', 'status', 'deployment/kept', '--timeout=30s');
    const uids = () =>
      kubectl('get', 'deployments,replicasets,pods', '-l', 'app=kept', '-o', 'jsonpath={.items[*].metadata.uid}');
    const before = await uids();
    const { pid } = up;
    const down = await tiphys('down', '--data-dir', up.dataDir);
    assert.equal(down.code, 0, down.stderr);
    assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
    assert.equal((await tiphys('status', '--data-dir', up.dataDir)).code, 1);
    ({ kubeconfig } = await up.start('--nodes', 'sim:3'));
    assert.equal(await uids(), before);
    await kubectl('wait', '--for=condition=Available', 'deployment/kept', '--timeout=30s');
    assert.equal((await kubectl('get', 'pods', '-l', 'app=kept')).match(/Running/g)?.length, 2);
  });
});

describe('what stands in the way of a start is told with its remedy', () => {
  const dir = mkdtempSync(join(tmpdir(), 'tiphys-start-'));
  after(() => rmSync(dir, { recursive: true, force: true }));

  it('a port in use', async () => {
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
    const { port } = holder.address() as { port: number };
    try {
      const args = ['--data-dir', join(dir, 'port'), '--no-node', '--port', String(port)];
      const { code, stderr } = await tiphys('up', ...args);
      assert.equal(code, 1);
      assert.match(stderr, new RegExp(`^tiphys: port ${port} is in use: .*ss -ltnp.*--port\\n$`));
    } finally {
      holder.close();
    }
  });

  it('a data directory of a newer version', async () => {
    const dataDir = join(dir, 'newer');
    const up = ['up', '--data-dir', dataDir, '--no-node', '--port', '0', '--token-auth-file', join(dir, 'none')];
    assert.match((await tiphys(...up)).stderr, /--token-auth-file .*none can't be read: ENOENT/);
    const version = join(dataDir, 'store/version');
    assert.ok(existsSync(version));
    writeFileSync(version, `${Number(readFileSync(version, 'utf8')) + 1}\n`);
    const { code, stderr } = await tiphys(...up);
    assert.equal(code, 1);
    assert.match(stderr, /was written by a newer Tiphys/);
  });

  it('a data directory that can not be made, a flag that is not known, a value that makes no sense', async () => {
    const file = join(dir, 'file');
    writeFileSync(file, '');
    const cases: [args: string[], says: RegExp][] = [
      [['--data-dir', join(file, 'x')], /can't be used \(ENOTDIR\): choose another with --data-dir/],
      [['--bogus'], /unknown option '--bogus'/],
      [['--port', '70000'], /A port is a number from 0 to 65535/],
      [['--nodes', '3'], /Say sim:N/],
      [['--cluster-cidr', 'x'], /An address range looks like/],
      [['--allow-privileged=perhaps'], /Say true or false/],
      [['--feature-gates=PodLevelResources=false'], /depends on features that are disabled: \[PodLevelResources\]/],
    ];
    for (const [args, says] of cases) {
      const { code, stderr } = await tiphys('up', ...args);
      assert.equal(code, 1, args.join(' '));
      assert.match(stderr, says);
    }
  });
});
