import assert from 'node:assert/strict';
import { deployment, endpointSlice, node, pod, type Pod, replicaSet, service } from '@tiphys/sdk/api';
import type { Client } from '@tiphys/sdk/client';
import type { KubeObject } from '@tiphys/sdk/machinery';
import { controllerOf } from '@tiphys/sdk/operator';
import type { Kind } from '@tiphys/sdk/schema';
import { hasEnded, isReady, nameOf } from './pods.ts';

const everything = async <O extends KubeObject, M>(client: Client, kind: Kind<O, M>): Promise<readonly O[]> =>
  (await client.list(kind)).items;

/** What stands in a pod's way. */
function describe({ metadata, spec, status }: Pod): string {
  const unmet = (status.conditions ?? []).filter((c) => c.status !== 'True');
  const why = unmet.map((c) => `${c.type} ${c.reason ?? ''} ${c.message ?? ''}`);
  return `${metadata.name} on ${spec.nodeName ?? 'no node'}, ${status.phase} (${why.join(', ')})`;
}

/** What must hold when nothing has happened for a while and nothing ails. */
export async function assertSettled(client: Client): Promise<void> {
  const [pods, nodes, sets, deployments, services, slices] = await Promise.all([
    everything(client, pod),
    everything(client, node),
    everything(client, replicaSet),
    everything(client, deployment),
    everything(client, service),
    everything(client, endpointSlice),
  ]);
  const nodeNames = new Set(nodes.map((n) => n.metadata.name));
  for (const p of pods) {
    assert.ok(!p.metadata.deletionTimestamp, `${nameOf(p)} is still going away`);
    assert.ok(!p.spec.nodeName || nodeNames.has(p.spec.nodeName), `${nameOf(p)} is on a node that is gone`);
    const owner = controllerOf(p);
    if (owner)
      assert.ok(
        sets.some((rs) => rs.metadata.uid === owner.uid),
        `${nameOf(p)} is an orphan`,
      );
  }
  for (const rs of sets) {
    const owner = controllerOf(rs);
    assert.ok(!owner || deployments.some((d) => d.metadata.uid === owner.uid), `${nameOf(rs)} is an orphan`);
  }
  for (const d of deployments) {
    const { replicas } = d.spec;
    const { observedGeneration, replicas: there = 0, updatedReplicas = 0, readyReplicas = 0 } = d.status;
    assert.deepEqual(
      { observedGeneration, there, updatedReplicas, readyReplicas },
      {
        observedGeneration: d.metadata.generation,
        there: replicas,
        updatedReplicas: replicas,
        readyReplicas: replicas,
      },
      `${nameOf(d)} has not settled: ${JSON.stringify(d.status)} ${pods
        .filter((p) => p.metadata.namespace === d.metadata.namespace && p.metadata.labels?.['app'] === d.metadata.name)
        .map(describe)
        .join(', ')}`,
    );
  }
  for (const s of services) {
    const { selector } = s.spec;
    if (!selector) continue;
    const chosen = pods.filter(
      (p) =>
        p.metadata.namespace === s.metadata.namespace &&
        Object.entries(selector).every(([k, v]) => p.metadata.labels?.[k] === v),
    );
    const addresses = slices
      .filter(
        (e) =>
          e.metadata.namespace === s.metadata.namespace &&
          e.metadata.labels?.['kubernetes.io/service-name'] === s.metadata.name,
      )
      .flatMap((e) => e.endpoints ?? [])
      .filter((e) => e.conditions?.ready)
      .flatMap((e) => e.addresses);
    const want = chosen.filter((p) => isReady(p) && !hasEnded(p)).map((p) => p.status.podIP);
    assert.deepEqual(new Set(addresses), new Set(want), `${nameOf(s)} leads elsewhere`);
  }
}
