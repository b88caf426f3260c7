import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { aPod } from '@tiphys/sdk/testing';
import { cgroupParentOf, cgroupPathOf } from './cgroup-names.ts';
import { systemCgroups } from './index.ts';
import { podLimits } from './pod-limits.ts';
import { weightOf } from './system-cgroups.ts';

const uid = '11-22';
const resources = { requests: { cpu: '250m', memory: '32Mi' }, limits: { cpu: '500m', memory: '64Mi' } };
const bounded = aPod({ metadata: { uid }, spec: { containers: [{ name: 'main', image: 'a', resources }] } });

test('a pod stands under its quality of service, named as the driver wants it', () => {
  assert.equal(cgroupParentOf('cgroupfs', 'kubepods', 'Burstable', uid), '/kubepods/burstable/pod11-22');
  assert.equal(cgroupParentOf('cgroupfs', 'kubepods', 'Guaranteed', uid), '/kubepods/pod11-22');
  assert.equal(cgroupParentOf('systemd', 'kubepods', 'BestEffort', uid), 'kubepods-besteffort-pod11_22.slice');
  assert.equal(
    cgroupPathOf('systemd', 'kubepods', 'BestEffort', uid),
    'kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod11_22.slice',
  );
});

test('a pod is bounded where each of its containers is', () => {
  assert.deepEqual(podLimits(bounded), {
    cpuPeriodMicros: 100_000,
    cpuShares: 256,
    cpuQuotaMicros: 50_000,
    memoryBytes: 64 * 1024 ** 2,
  });
  const half = aPod({
    spec: {
      initContainers: [
        { name: 'side', image: 'a', restartPolicy: 'Always', resources: { requests: { cpu: '100m' } } },
        { name: 'init', image: 'a', resources: { requests: { cpu: '2' } } },
      ],
      containers: [
        { name: 'a', image: 'a', resources },
        { name: 'b', image: 'a' },
      ],
    },
  });
  const { cpuShares, cpuQuotaMicros, memoryBytes } = podLimits(half);
  // The init container beside the sidecar before it is the most that runs at one time.
  assert.deepEqual([cpuShares, cpuQuotaMicros, memoryBytes], [2150, undefined, undefined]);
});

test('shares become weights', () => {
  assert.deepEqual([2, 1024, 262_144].map(weightOf), [1, 39, 10_000]);
});

/** The kernel's files are plain here: what is written can be read. */
async function inMount(files: readonly string[], work: (mount: string) => Promise<void>): Promise<void> {
  const mount = mkdtempSync(join(tmpdir(), 'tiphys-cgroup-'));
  for (const file of files) {
    mkdirSync(join(mount, file, '..'), { recursive: true });
    writeFileSync(join(mount, file), '');
  }
  try {
    await work(mount);
  } finally {
    rmSync(mount, { recursive: true });
  }
}

test('version 2: controllers are passed down, and the bounds written', async () => {
  await inMount(['cgroup.controllers'], async (mount) => {
    const cgroups = await systemCgroups('cgroupfs', 'kubepods', mount);
    await cgroups.ensure(bounded);
    const read = (path: string) => readFileSync(join(mount, path), 'utf8');
    for (const above of ['', 'kubepods', 'kubepods/burstable']) {
      assert.equal(read(join(above, 'cgroup.subtree_control')), '+cpu +memory +pids');
    }
    const own = 'kubepods/burstable/pod11-22';
    assert.equal(read(`${own}/cpu.weight`), '10');
    assert.equal(read(`${own}/cpu.max`), '50000 100000');
    assert.equal(read(`${own}/memory.max`), String(64 * 1024 ** 2));
  });
});

test('version 1: each hierarchy gets what it offers', async () => {
  const own = 'kubepods/burstable/pod11-22';
  const files = [`cpu/${own}/cpu.shares`, `cpu/${own}/cpu.cfs_quota_us`, `memory/${own}/memory.limit_in_bytes`];
  await inMount([...files, 'devices/tasks'], async (mount) => {
    await (await systemCgroups('cgroupfs', 'kubepods', mount)).ensure(bounded);
    const written = files.map((file) => readFileSync(join(mount, file), 'utf8'));
    assert.deepEqual(written, ['256', '50000', String(64 * 1024 ** 2)]);
  });
});

test('under systemd the runtime makes the groups', async () => {
  await inMount(['cgroup.controllers'], async (mount) => {
    const cgroups = await systemCgroups('systemd', 'kubepods', mount);
    await cgroups.ensure(bounded);
    assert.throws(() => readFileSync(join(mount, 'cgroup.subtree_control')), { code: 'ENOENT' });
    assert.equal(cgroups.parentOf(bounded), 'kubepods-burstable-pod11_22.slice');
  });
});
