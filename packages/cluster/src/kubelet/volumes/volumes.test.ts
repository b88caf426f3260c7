import assert from 'node:assert/strict';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Client } from '@tiphys/sdk/client';
import { seededRandom } from '@tiphys/sdk/runtime';
import { aPod, SimClock } from '@tiphys/sdk/testing';
import { writeAtomically } from './atomic-writer.ts';
import { checkHostPath } from './host-path.ts';
import { configMapPayload, downwardPayload, secretPayload, ServiceAccountTokens } from '../../podspec/index.ts';
import { subPathWithin } from './sub-path.ts';

const { signal } = new AbortController();
const file = (text: string, mode = 0o644) => ({ data: Buffer.from(text), mode });

describe('volumes', () => {
  let dir: string;
  let made = 0;
  before(() => {
    dir = mkdtempSync(join(tmpdir(), 'tiphys-volumes-'));
  });
  after(() => rmSync(dir, { recursive: true, force: true }));
  const fresh = () => {
    const path = join(dir, String(++made));
    mkdirSync(path);
    return path;
  };

  it('change as a whole, and only when something did', async () => {
    const path = fresh();
    assert.equal(
      await writeAtomically(
        path,
        new Map([
          ['a', file('1', 0o600)],
          ['deep/b', file('2')],
        ]),
      ),
      true,
    );
    assert.equal(readFileSync(join(path, 'deep/b'), 'utf8'), '2');
    assert.equal(statSync(join(path, 'a')).mode & 0o777, 0o600);
    const first = readlinkSync(join(path, '..data'));
    assert.equal(
      await writeAtomically(
        path,
        new Map([
          ['a', file('1', 0o600)],
          ['deep/b', file('2')],
        ]),
      ),
      false,
    );
    assert.equal(readlinkSync(join(path, '..data')), first);
    assert.equal(
      await writeAtomically(
        path,
        new Map([
          ['a', file('new')],
          ['c', file('3')],
        ]),
      ),
      true,
    );
    assert.deepEqual(
      readdirSync(path)
        .filter((n) => !n.startsWith('..'))
        .toSorted(),
      ['a', 'c'],
    );
    assert.equal(readdirSync(path).filter((n) => n.startsWith('..data-')).length, 1);
    assert.ok(lstatSync(join(path, 'a')).isSymbolicLink());
    for (const bad of ['../x', '/x', '..x', 'a/../b', '']) {
      await assert.rejects(writeAtomically(path, new Map([[bad, file('')]])), /must be relative/);
    }
  });

  it('are let out by no path in them', async () => {
    const path = fresh();
    const outside = fresh();
    symlinkSync(outside, join(path, 'link'));
    symlinkSync('/', join(path, 'root'));
    mkdirSync(join(path, 'in'));
    symlinkSync('in', join(path, 'inner'));
    assert.equal(await subPathWithin(path, 'new/deep'), join(path, 'new/deep'));
    assert.ok(statSync(join(path, 'new/deep')).isDirectory());
    assert.equal(await subPathWithin(path, 'inner'), join(path, 'in'));
    assert.equal(await subPathWithin(path, 'inner/x'), join(path, 'in/x'));
    for (const bad of ['..', 'in/../../x', '/etc', 'link', 'link/x', 'root/etc']) {
      await assert.rejects(subPathWithin(path, bad), /lead|leaves/, bad);
    }
  });

  it('of the host are what they are said to be', async () => {
    const path = fresh();
    writeFileSync(join(path, 'file'), '');
    const table: [name: string, type: string, problem?: string][] = [
      ['none', ''],
      ['file', 'File'],
      ['', 'Directory'],
      ['file', 'Directory', 'is not a directory'],
      ['none', 'File', 'is not a file'],
      ['file', 'Socket', 'is not a socket file'],
      ['../../../dev/null', 'CharDevice'],
      ['file', 'BlockDevice', 'is not a block device'],
      ['made/deep', 'DirectoryOrCreate'],
      ['made/file', 'FileOrCreate'],
      ['file', 'DirectoryOrCreate', 'is not a directory'],
    ];
    for (const [name, type, problem] of table) {
      const at = name.includes('dev/null') ? '/dev/null' : join(path, name);
      const checked = checkHostPath(at, type);
      if (problem) await assert.rejects(checked, new RegExp(`^Error: hostPath type check failed: .* ${problem}$`));
      else await checked;
    }
    assert.ok(statSync(join(path, 'made/deep')).isDirectory() && statSync(join(path, 'made/file')).isFile());
  });
});

describe('payloads', () => {
  const choice = { defaultMode: 0o644, optional: false };
  const texts = (files: Map<string, { data: Uint8Array; mode: number }>) =>
    [...files].map(([path, { data, mode }]) => `${path}=${Buffer.from(data).toString()} ${mode.toString(8)}`);

  it('are all keys, or those asked for', () => {
    const map = { data: { a: '1', b: '2' }, binaryData: { c: Buffer.from('3').toString('base64') } } as never;
    assert.deepEqual(texts(configMapPayload('m', map, choice)), ['a=1 644', 'b=2 644', 'c=3 644']);
    const items = [{ key: 'b', path: 'x/y', mode: 0o400 }];
    assert.deepEqual(texts(configMapPayload('m', map, { ...choice, items })), ['x/y=2 400']);
    const missing = [{ key: 'no', path: 'no' }];
    assert.throws(
      () => configMapPayload('m', map, { ...choice, items: missing }),
      /references non-existent config key: no/,
    );
    assert.deepEqual(texts(configMapPayload('m', map, { ...choice, items: missing, optional: true })), []);
    assert.throws(() => configMapPayload('m', undefined, choice), /configmap "m" not found/);
    assert.deepEqual(texts(secretPayload('s', undefined, { ...choice, optional: true })), []);
    const secret = { data: { k: Buffer.from('v').toString('base64') } } as never;
    assert.deepEqual(texts(secretPayload('s', secret, choice)), ['k=v 644']);
  });

  it('tell a pod of itself', () => {
    const pod = aPod({
      metadata: { name: 'web', labels: { b: '2', a: '1' } },
      spec: { containers: [{ name: 'main', image: 'a', resources: { limits: { memory: '64Mi' } } }] },
    });
    const items = [
      { path: 'labels', fieldRef: { fieldPath: 'metadata.labels', apiVersion: 'v1' } },
      {
        path: 'limit',
        mode: 0o600,
        resourceFieldRef: { containerName: 'main', resource: 'limits.memory', divisor: '1Mi' },
      },
    ] as const;
    const around = { podIPs: [], hostIPs: [], allocatable: {} };
    assert.deepEqual(texts(downwardPayload(items, 0o644, pod, around)), ['labels=a="1"\nb="2" 644', 'limit=64 600']);
  });
});

describe('tokens of service accounts', () => {
  const pod = aPod({ spec: { serviceAccountName: 'robot' } });
  const wish = { audience: '', expirationSeconds: 3600 };
  const scene = () => {
    const clock = new SimClock();
    let issued = 0;
    let isDown = false;
    const post = async (_kind: unknown, _key: unknown, _sub: string, body: { spec: { expirationSeconds: number } }) => {
      if (isDown) throw new Error('away');
      const expirationTimestamp = new Date(clock.now() + body.spec.expirationSeconds * 1000).toISOString();
      return { status: { token: `token-${++issued}`, expirationTimestamp } };
    };
    const client = { post } as unknown as Client;
    const tokens = new ServiceAccountTokens({ client, clock, random: seededRandom(1) });
    return { clock, tokens, down: (is: boolean) => (isDown = is) };
  };

  it('are renewed when four fifths of their life are over', async () => {
    const { clock, tokens } = scene();
    const ask = () => tokens.token(pod, wish, signal);
    assert.equal(await ask(), 'token-1');
    await clock.advance(0.79 * 3_600_000);
    assert.equal(await ask(), 'token-1');
    const due = tokens.dueInMs(pod.metadata.uid!)!;
    assert.ok(due <= 0.01 * 3_600_000);
    await clock.advance(due);
    assert.equal(await ask(), 'token-2');
    tokens.forget(pod.metadata.uid!);
    assert.equal(tokens.dueInMs(pod.metadata.uid!), undefined);
  });

  it('are used up while the server is away', async () => {
    const { clock, tokens, down } = scene();
    const ask = () => tokens.token(pod, wish, signal);
    await ask();
    down(true);
    await clock.advance(3_500_000);
    assert.equal(await ask(), 'token-1');
    await clock.advance(200_000);
    await assert.rejects(ask(), /failed to fetch token: away/);
    down(false);
    assert.equal(await ask(), 'token-2');
  });
});
