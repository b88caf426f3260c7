import assert from 'node:assert/strict';
import { test } from 'node:test';
import { containerdConfig } from './containerd-config.ts';
import { type ContainerdMachine, hasCapability, versionIn } from './containerd-machine.ts';
import { containerdPaths } from './paths.ts';
import { toToml } from './toml.ts';

const machine: ContainerdMachine = {
  version: { major: 1, minor: 6 },
  cgroupDriver: 'cgroupfs',
  mayLowerOomScore: false,
  cniBinDir: '/usr/lib/cni',
  snapshotter: 'overlayfs',
};
const configFor = (more: Partial<ContainerdMachine>) =>
  containerdConfig({
    paths: containerdPaths('/data'),
    machine: { ...machine, ...more },
    sandboxImage: 'localhost/pause:1',
    cniConfDir: '/data/net.d',
  });

test('the configuration is of the version that containerd reads', () => {
  const old = configFor({});
  assert.match(old, /^version = 2$/m);
  assert.match(old, /^sandbox_image = "localhost\/pause:1"$/m);
  assert.match(old, /^\[plugins\."io\.containerd\.grpc\.v1\.cri"\.cni\]\nbin_dir = "\/usr\/lib\/cni"$/m);
  assert.match(old, /^address = "\/data\/containerd\.sock"$/m);

  const first = configFor({ version: { major: 2, minor: 0 } });
  assert.match(first, /^version = 3$/m);
  assert.match(
    first,
    /^\[plugins\."io\.containerd\.cri\.v1\.images"\.pinned_images\]\nsandbox = "localhost\/pause:1"$/m,
  );
  assert.match(first, /^bin_dir = /m);
  assert.doesNotMatch(first, /sandbox_image/);
  assert.match(configFor({ version: { major: 2, minor: 1 } }), /^bin_dirs = \["\/usr\/lib\/cni"\]$/m);
});

test('what the machine refuses is not asked for, and only there', () => {
  assert.match(configFor({}), /^restrict_oom_score_adj = true$/m);
  assert.match(configFor({}), /^oom_score = 0$/m);
  assert.doesNotMatch(configFor({ mayLowerOomScore: true }), /restrict_oom_score_adj/);
  assert.match(configFor({ cgroupDriver: 'systemd' }), /^SystemdCgroup = true$/m);
});

test('versions are read as releases and distributions write them', () => {
  assert.deepEqual(versionIn('containerd github.com/containerd/containerd 1.6.20~ds1 1.6.20~ds1-1+deb12u3'), {
    major: 1,
    minor: 6,
  });
  const released = 'containerd github.com/containerd/containerd/v2 v2.1.4 75cb2b7193e4e490e9fbdc236c0e811ccaba3376';
  assert.deepEqual(versionIn(released), { major: 2, minor: 1 });
  assert.throws(() => versionIn('containerd'), /no version/);
});

test('capabilities are bits', () => {
  assert.equal(hasCapability('CapEff:\t000001fffeffffff\n', 24n), false);
  assert.equal(hasCapability('CapEff:\t000001ffffffffff\n', 24n), true);
});

test('TOML quotes what needs it', () => {
  assert.equal(
    toToml({ a: 1, 'b.c': { d: ['x"y'], e: { f: true } } }),
    'a = 1\n\n["b.c"]\nd = ["x\\"y"]\n\n["b.c".e]\nf = true\n',
  );
});

test('a socket lies where its name is short enough', () => {
  assert.equal(containerdPaths('/data').socket, '/data/containerd.sock');
  const { socket, root } = containerdPaths(`/${'long/'.repeat(30)}`);
  assert.match(socket, /^\/run\/tiphys\/[0-9a-f]{12}\/containerd\.sock$/);
  assert.ok(root.startsWith('/long/'));
});
