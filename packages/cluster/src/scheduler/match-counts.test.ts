import assert from 'node:assert/strict';
import { test } from 'node:test';
import { replicaSet, replicationController, statefulSet } from '@tiphys/sdk/api';
import { equalitySelector } from '@tiphys/sdk/machinery';
import { seededRandom } from '@tiphys/sdk/runtime';
import { aNode, anObject, aPod, aService } from '@tiphys/sdk/testing';
import { ClusterState } from './cluster-state.ts';
import { podInfo } from './pod-info.ts';

const web = equalitySelector({ app: 'web' });
const counts = (cluster: ClusterState) => Object.fromEntries(cluster.matches.of('default', web));

test('counts kept as pods come, change, move and go are those of counting anew', () => {
  const random = seededRandom(7);
  const cluster = new ClusterState();
  const nodes = ['a', 'b', 'c'];
  for (const name of nodes) cluster.setNode(aNode({ metadata: { name } }));
  const placed = new Map<string, string>();
  counts(cluster);
  for (let step = 0; step < 500; step++) {
    const uid = `pod-${random.int(20)}`;
    const on = placed.get(uid);
    if (on !== undefined && random.int(3) === 0) {
      cluster.removePod(on, uid);
      placed.delete(uid);
    } else {
      const node = on ?? nodes[random.int(nodes.length)]!;
      const app = random.int(2) ? 'web' : 'db';
      const going = random.int(4) === 0 && { deletionTimestamp: '2026-01-01T00:00:00Z' };
      const p = aPod({ metadata: { uid, labels: { app }, ...going }, spec: { nodeName: node } });
      cluster.addPod(node, podInfo(p));
      placed.set(uid, node);
    }
    const anew: Record<string, number> = {};
    for (const [name, { pods }] of cluster.nodes) {
      const n = [...pods.values()].filter((p) => p.labels['app'] === 'web' && !p.terminating).length;
      if (n) anew[name] = n;
    }
    assert.deepEqual(counts(cluster), anew, `after step ${step}`);
  }
});

test('pods belong together by their services and their controller', () => {
  const { groups } = new ClusterState();
  const labels = { app: 'web', tier: 'front', hash: '1' };
  const owned = aPod({
    metadata: {
      labels,
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'rs', uid: 'rs-uid', controller: true }],
    },
  });
  const selector = () => groups.selectorFor(podInfo(owned))?.text;
  assert.equal(selector(), undefined);
  const web = aService({ metadata: { name: 'web' }, spec: { selector: { app: 'web' } } });
  groups.setService(web, undefined);
  groups.setService(aService({ metadata: { name: 'other' }, spec: { selector: { app: 'db' } } }), undefined);
  assert.equal(selector(), 'app=web');
  const set = { metadata: { name: 'rs', uid: 'rs-uid' }, spec: { selector: { matchLabels: { hash: '1' } } } };
  const replicas = anObject(replicaSet, {}, set);
  groups.setReplicas(replicas, undefined);
  assert.equal(selector(), 'app=web,hash=1');
  groups.setService(undefined, web);
  assert.equal(selector(), 'hash=1');
  groups.setReplicas(undefined, replicas);
  assert.equal(selector(), undefined);
  groups.setReplicas(anObject(statefulSet, {}, set), undefined);
  assert.equal(selector(), 'hash=1');
  groups.setReplicationController(
    anObject(replicationController, {}, { ...set, spec: { selector: { tier: 'front' } } }),
    undefined,
  );
  assert.equal(selector(), 'tier=front');
});
