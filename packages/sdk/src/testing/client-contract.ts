import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configMap, type ConfigMap, pod, replicaSet } from '../api/index.ts';
import type { Client, WatchEvent, WatchOptions } from '../client/index.ts';
import { isAlreadyExists, isConflict, isExpired, isNotFound, type KubeObject } from '../machinery/index.ts';
import type { Kind } from '../schema/index.ts';

export interface ClientUnderTest {
  readonly client: Client;
  /** A namespace that exists, new for every test. */
  readonly namespace: string;
  /** Makes the server forget its past, when the test can do that. */
  compact?(): Promise<void> | void;
  close(): Promise<void>;
}

const containers = [{ name: 'main', image: 'app:1' }];
const template = { metadata: { labels: { app: 'x' } }, spec: { containers } };

/** What every client and the server behind it must do. Passed by the fake one and by the API server. */
export function clientContract(name: string, open: () => Promise<ClientUnderTest>): void {
  const check = (what: string, body: (c: ClientUnderTest) => Promise<void>): void =>
    void test(`${name}: ${what}`, async () => {
      const under = await open();
      try {
        await body(under);
      } finally {
        await under.close();
      }
    });
  const aMap = (namespace: string, data: Record<string, string> = {}, more: KubeObject['metadata'] = {}) => ({
    metadata: { name: 'one', namespace, ...more },
    data,
  });

  check('creates with what the server fills in, and reads it back', async ({ client, namespace }) => {
    const made = await client.create(configMap, aMap(namespace, { a: '1' }));
    assert.match(made.metadata.uid ?? '', /^[0-9a-f-]{36}$/);
    assert.ok(made.metadata.creationTimestamp);
    assert.ok(Object.isFrozen(await client.get(configMap, made)));
    assert.deepEqual((await client.get(configMap, made)).data, { a: '1' });
  });

  check('refuses a second object of the same name', async ({ client, namespace }) => {
    await client.create(configMap, aMap(namespace));
    await assert.rejects(client.create(configMap, aMap(namespace)), isAlreadyExists);
  });

  check('answers NotFound for what is not there', async ({ client, namespace }) => {
    await assert.rejects(client.get(configMap, { metadata: { namespace, name: 'none' } }), isNotFound);
    await assert.rejects(client.delete(configMap, { metadata: { namespace, name: 'none' } }), isNotFound);
  });

  check('makes up names', async ({ client, namespace }) => {
    const made = await client.create(configMap, { metadata: { generateName: 'x-', namespace } });
    assert.match(made.metadata.name ?? '', /^x-[a-z0-9]{5}$/);
  });

  check('refuses an update of an old revision, and one that changes nothing writes nothing', async (c) => {
    const { client, namespace } = c;
    const first = await client.create(configMap, aMap(namespace, { a: '1' }));
    const second = await client.update(configMap, { ...first, data: { a: '2' } });
    await assert.rejects(client.update(configMap, { ...first, data: { a: '3' } }), isConflict);
    const same = await client.update(configMap, second);
    assert.equal(same.metadata.resourceVersion, second.metadata.resourceVersion);
  });

  check('keeps status and spec apart, and counts generations', async ({ client, namespace }) => {
    const metadata = { name: 'rs', namespace };
    const spec = { replicas: 1, selector: { matchLabels: { app: 'x' } }, template };
    const made = await client.create(replicaSet, { metadata, spec });
    assert.equal(made.metadata.generation, 1);
    const told = await client.updateStatus(replicaSet, made, { replicas: 3, readyReplicas: 2 });
    assert.equal(told.status.readyReplicas, 2);
    assert.equal(told.metadata.generation, 1);
    const scaled = await client.patch(replicaSet, told, { type: 'merge', patch: { spec: { replicas: 5 } } });
    assert.equal(scaled.metadata.generation, 2);
    assert.equal(scaled.status.replicas, 3);
  });

  check('patches with null as removal', async ({ client, namespace }) => {
    const made = await client.create(configMap, aMap(namespace, { a: '1', b: '2' }));
    const next = await client.patch(configMap, made, { type: 'merge', patch: { data: { a: null, c: '3' } } });
    assert.deepEqual(next.data, { b: '2', c: '3' });
  });

  check('lists by namespace and labels, in pages', async ({ client, namespace }) => {
    for (const n of ['a', 'b', 'c']) {
      await client.create(configMap, { metadata: { name: n, namespace, labels: { odd: String(n !== 'b') } } });
    }
    const odd = await client.list(configMap, { namespace, labelSelector: 'odd=true' });
    assert.deepEqual(
      odd.items.map((o) => o.metadata.name),
      ['a', 'c'],
    );
    const page = await client.list(configMap, { namespace, limit: 2, labelSelector: 'odd' });
    assert.equal(page.items.length, 2);
    const rest = await client.list(configMap, {
      namespace,
      limit: 2,
      labelSelector: 'odd',
      continue: page.metadata.continue!,
    });
    assert.deepEqual(
      rest.items.map((o) => o.metadata.name),
      ['c'],
    );
  });

  check('deletes at once what nothing holds, and waits for finalizers', async ({ client, namespace }) => {
    const held = await client.create(configMap, aMap(namespace, {}, { finalizers: ['test.io/hold'] }));
    await client.delete(configMap, held);
    const going = await client.get(configMap, held);
    assert.ok(going.metadata.deletionTimestamp);
    await client.patch(configMap, going, { type: 'merge', patch: { metadata: { finalizers: null } } });
    await assert.rejects(client.get(configMap, held), isNotFound);
  });

  check('deletes only the object that was meant', async ({ client, namespace }) => {
    const made = await client.create(configMap, aMap(namespace));
    const preconditions = { uid: '11111111-2222-4333-8444-555555555555' };
    await assert.rejects(client.delete(configMap, made, { preconditions }), isConflict);
    await client.delete(configMap, made, { preconditions: { uid: made.metadata.uid! } });
    await assert.rejects(client.get(configMap, made), isNotFound);
  });

  check('removes a pod that no node has at once', async ({ client, namespace }) => {
    const made = await client.create(pod, { metadata: { name: 'p', namespace }, spec: { containers } });
    await client.delete(pod, made);
    await assert.rejects(client.get(pod, made), isNotFound);
  });

  check('watches from a revision: every change once, in order', async ({ client, namespace }) => {
    const first = await client.create(configMap, aMap(namespace, { n: '0' }));
    const from = (await client.list(configMap, { namespace })).metadata.resourceVersion;
    const seen = collect(client, configMap, { namespace, resourceVersion: from }, 3);
    await client.update(configMap, { ...first, data: { n: '1' } });
    await client.create(configMap, { metadata: { name: 'two', namespace } });
    await client.delete(configMap, first);
    assert.deepEqual(
      (await seen).map((e) => [e.type, e.object.metadata.name]),
      [
        ['MODIFIED', 'one'],
        ['ADDED', 'two'],
        ['DELETED', 'one'],
      ],
    );
  });

  check('sends a list as watch events, and says where it ends', async ({ client, namespace }) => {
    await client.create(configMap, aMap(namespace));
    const options: WatchOptions = {
      namespace,
      labelSelector: '!nothing',
      fieldSelector: 'metadata.name=one',
      sendInitialEvents: true,
      resourceVersionMatch: 'NotOlderThan',
      bookmarks: true,
    };
    const [added, end] = await collect(client, configMap, options, 2);
    assert.deepEqual([added?.type, added?.object.metadata.name], ['ADDED', 'one']);
    assert.equal(end?.type, 'BOOKMARK');
    assert.equal(end?.object.metadata.annotations?.['k8s.io/initial-events-end'], 'true');
  });

  check('tells a watcher with a selector when an object begins and ceases to match', async ({ client, namespace }) => {
    const made = await client.create(configMap, aMap(namespace));
    const seen = collect(
      client,
      configMap,
      { namespace, labelSelector: 'on', resourceVersion: made.metadata.resourceVersion! },
      2,
    );
    const on = await client.patch(configMap, made, { type: 'merge', patch: { metadata: { labels: { on: 'yes' } } } });
    await client.patch(configMap, on, { type: 'merge', patch: { metadata: { labels: { on: null } } } });
    assert.deepEqual(
      (await seen).map((e) => e.type),
      ['ADDED', 'DELETED'],
    );
  });

  check('refuses a watch from a revision that it has forgotten', async (under) => {
    const { client, namespace } = under;
    if (!under.compact) return;
    const made = await client.create(configMap, aMap(namespace));
    for (let i = 0; i < 3; i++)
      await client.patch(configMap, made, { type: 'merge', patch: { data: { n: String(i) } } });
    await under.compact();
    const from = made.metadata.resourceVersion!;
    await assert.rejects(collect(client, configMap, { namespace, resourceVersion: from }, 1), isExpired);
  });

  check('a watch ends when its reader goes', async ({ client, namespace }) => {
    const stop = new AbortController();
    const reading = collect(client, configMap, { namespace, resourceVersion: '0', signal: stop.signal }, 1);
    stop.abort();
    await assert.rejects(reading);
  });
}

async function collect(
  client: Client,
  kind: Kind<ConfigMap>,
  options: WatchOptions,
  count: number,
): Promise<WatchEvent<ConfigMap>[]> {
  const seen: WatchEvent<ConfigMap>[] = [];
  for await (const event of client.watch(kind, options)) {
    seen.push(event);
    if (seen.length === count) return seen;
  }
  throw new Error(`the watch ended after ${seen.length} of ${count} events`);
}
