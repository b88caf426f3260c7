import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { configMap, namespace, node as nodeKind } from '@tiphys/sdk/api';
import { createClient, HttpTransport, loadKubeconfig } from '@tiphys/sdk/client';
import { isForbidden } from '@tiphys/sdk/machinery';
import { systemClock } from '@tiphys/sdk/runtime';
import { MemoryBackend, type Transaction, type TransactionResult } from '../store/index.ts';
import { startCluster } from './start-cluster.ts';

// Others start clusters at the same time: these have a place of their own.
const place = mkdtempSync(join(tmpdir(), 'tiphys-place-'));
process.env['TMPDIR'] = place;
after(() => rmSync(place, { recursive: true }));

const left = () => readdirSync(place).filter((name) => name.startsWith('tiphys-cluster-'));

test('a cluster in a program is reached with its kubeconfig, gives nobody more rights than they have, and leaves nothing', async (t) => {
  const before = left();
  const dir = mkdtempSync(join(tmpdir(), 'tiphys-embedded-'));
  t.after(() => rmSync(dir, { recursive: true }));
  {
    await using cluster = await startCluster({ nodes: 3 });
    writeFileSync(join(dir, 'kubeconfig'), cluster.kubeconfig);
    const transport = new HttpTransport(await loadKubeconfig(join(dir, 'kubeconfig'), systemClock));
    const { items } = await createClient(transport).list(nodeKind);
    transport.close();
    assert.equal(items.length, 3);
    assert.ok(items.every((n) => n.status.conditions?.some((c) => c.type === 'Ready' && c.status === 'True')));
    const metadata = { namespace: 'default', name: 'mine' };
    await assert.rejects(cluster.as({ name: 'jane' }).create(configMap, { metadata }), isForbidden);
    await cluster.client.create(configMap, { metadata });
    // Whatever is under way when it ends.
    await Promise.all(
      Array.from({ length: 20 }, (_, i) => cluster.client.create(namespace, { metadata: { name: `n-${i}` } })),
    );
  }
  assert.deepEqual(left(), before);
});

test('one that cannot start says why, and leaves nothing', async () => {
  const before = left();
  await using cluster = await startCluster({ nodes: 0 });
  const port = Number(new URL(cluster.url).port);
  await assert.rejects(startCluster({ nodes: 0, port }), /port \d+ is in use/);
  assert.equal(left().length, before.length + 1);
});

test('a store that breaks while it starts ends it, and nothing of it goes on', async () => {
  class Breaking extends MemoryBackend {
    readonly #writes: number;
    written = 0;

    constructor(writes: number) {
      super(systemClock);
      this.#writes = writes;
    }

    override async txn(transaction: Transaction): Promise<TransactionResult> {
      if (this.written++ >= this.#writes) throw new Error('the disk is gone');
      return super.txn(transaction);
    }
  }
  const whole = new Breaking(Infinity);
  await (await startCluster({ nodes: 0, store: whole }))[Symbol.asyncDispose]();
  for (const share of [0, 0.3, 0.6]) {
    const before = left();
    const store = new Breaking(Math.floor(whole.written * share));
    await assert.rejects(startCluster({ nodes: 0, store }));
    assert.deepEqual(left(), before);
    const { written } = store;
    await systemClock.sleep(50);
    assert.equal(store.written, written, 'nobody writes any more');
  }
});
