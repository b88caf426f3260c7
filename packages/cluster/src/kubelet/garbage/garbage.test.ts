import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { nullLogger, seededRandom } from '@tiphys/sdk/runtime';
import { SimClock } from '@tiphys/sdk/testing';
import { FakeRuntime } from '../cri/index.ts';
import { defaultImageGarbageConfig, ImageGarbage, rotateLog } from './index.ts';

const { signal } = new AbortController();
const mib = 1024 ** 2;

function scene(availableBytes: number) {
  const clock = new SimClock();
  const runtime = new FakeRuntime({ clock, random: seededRandom(1) });
  const told: string[] = [];
  const disk = { bytes: 1000 * mib, availableBytes };
  const garbage = new ImageGarbage({
    runtime,
    clock,
    log: nullLogger,
    config: defaultImageGarbageConfig,
    diskUsage: async () => disk,
    sandboxImage: 'localhost/pause:1',
    tell: (reason, message) => told.push(`${reason}: ${message}`),
  });
  const names = async () => (await runtime.images.list({ signal })).map((i) => i.repoTags[0] ?? '').toSorted();
  return { clock, runtime, garbage, told, disk, names };
}

async function useImage(runtime: FakeRuntime, image: string): Promise<void> {
  const sandbox = { metadata: { name: image, namespace: 'default', uid: image, attempt: 0 } };
  const id = await runtime.runPodSandbox(sandbox, { signal });
  await runtime.createContainer(id, { image: { image }, metadata: { name: 'main' } }, { signal });
}

test('below the high mark every image stays', async () => {
  const { runtime, garbage, clock, names } = scene(160 * mib);
  runtime.images.load('a:1');
  await garbage.collect(signal);
  await clock.advance(300_000);
  await garbage.collect(signal);
  assert.equal((await names()).length, 1);
});

test('above it unused images go, the longest unused first, until the low mark', async () => {
  const { runtime, garbage, clock, names, told, disk } = scene(500 * mib);
  for (const name of ['old:1', 'newer:1', 'used:1', 'localhost/pause:1'])
    runtime.images.load(name, { sizeBytes: 60 * mib });
  runtime.images.load('pinned:1', { sizeBytes: 60 * mib, pinned: true });
  await garbage.collect(signal);
  await clock.advance(1000);
  runtime.images.load('young:1', { sizeBytes: 60 * mib });
  await useImage(runtime, 'used:1');
  await clock.advance(200_000);
  disk.availableBytes = 150 * mib;
  runtime.images.load('youngest:1', { sizeBytes: 60 * mib });
  await garbage.collect(signal);
  assert.deepEqual(await names(), [
    'docker.io/library/newer:1',
    'docker.io/library/pinned:1',
    'docker.io/library/used:1',
    'docker.io/library/young:1',
    'docker.io/library/youngest:1',
    'localhost/pause:1',
  ]);
  assert.deepEqual(told, []);
});

test('when too little could go, users are told', async () => {
  const { runtime, garbage, told } = scene(100 * mib);
  runtime.images.load('young:1', { sizeBytes: 60 * mib });
  await garbage.collect(signal);
  assert.deepEqual(told, [
    `FreeDiskSpaceFailed: Failed to garbage collect required amount of images. Attempted to free ${100 * mib} bytes, but only found 0 bytes eligible to free.`,
  ]);
});

test('a rotated log is moved, packed the next time, and goes in the end', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'tiphys-logs-'));
  try {
    const path = join(dir, '0.log');
    for (let i = 0; i < 6; i++) {
      writeFileSync(path, `line ${i}\n`);
      if (i === 3) writeFileSync(`${path}.20260101-000000.gz.tmp`, 'half');
      const nowMs = Date.UTC(2026, 0, 1, 12, 0, i);
      await rotateLog(path, { maxFiles: 4, nowMs, reopen: async () => writeFileSync(path, '') });
    }
    assert.deepEqual(readdirSync(dir).toSorted(), [
      '0.log',
      '0.log.20260101-120003.gz',
      '0.log.20260101-120004.gz',
      '0.log.20260101-120005',
    ]);
    assert.equal(gunzipSync(readFileSync(`${path}.20260101-120003.gz`)).toString(), 'line 3\n');
    writeFileSync(path, 'kept\n');
    const reopen = () => Promise.reject(new Error('the runtime is gone'));
    await assert.rejects(rotateLog(path, { maxFiles: 4, nowMs: Date.UTC(2027, 0), reopen }), /gone/);
    assert.equal(readFileSync(path, 'utf8'), 'kept\n');
  } finally {
    rmSync(dir, { recursive: true });
  }
});
