import assert from 'node:assert/strict';
import { deployment, endpointSlice, node, pod, type Pod, replicaSet, service } from '@tiphys/sdk/api';
import type { Client } from '@tiphys/sdk/client';
import { type KubeObject, milliValue } from '@tiphys/sdk/machinery';
import { controllerOf } from '@tiphys/sdk/operator';
import type { Kind } from '@tiphys/sdk/schema';

const everything = async <O extends KubeObject, M>(client: Client, kind: Kind<O, M>): Promise<readonly O[]> =>
  (await client.list(kind)).items;

const hasEnded = ({ status }: Pod) => status.phase === 'Succeeded' || status.phase === 'Failed';
const isReady = ({ status }: Pod) => (status.conditions ?? []).some((c) => c.type === 'Ready' && c.status === 'True');
const nameOf = ({ metadata }: KubeObject) => `${metadata.namespace}/${metadata.name}`;

/** What must hold at every moment, whatever happens. Remembers what it has seen. */
export class Invariants {
  readonly #client: Client;
  /** Where each pod was bound, by uid. */
  readonly #bound = new Map<string, string>();
  /** The set that each pod belongs to, by the pod's uid. */
  readonly #owners = new Map<string, string>();
  readonly #phases = new Map<string, string>();

  constructor(client: Client) {
    this.#client = client;
  }

  async check(): Promise<void> {
    const [pods, nodes] = await Promise.all([everything(this.#client, pod), everything(this.#client, node)]);
    this.#podsStayBound(pods);
    this.#podsStayOwned(pods);
    this.#endedPodsStayEnded(pods);
    addressesAreUnique(pods);
    for (const n of nodes) nodeIsNotOvercommitted(n.metadata.name!, n.status.allocatable ?? {}, pods);
  }

  #podsStayBound(pods: readonly Pod[]): void {
    for (const p of pods) {
      const before = this.#bound.get(p.metadata.uid!);
      if (before !== undefined) assert.equal(p.spec.nodeName, before, `${nameOf(p)} moved to another node`);
      if (p.spec.nodeName) this.#bound.set(p.metadata.uid!, p.spec.nodeName);
    }
  }

  #podsStayOwned(pods: readonly Pod[]): void {
    for (const p of pods) {
      const owner = controllerOf(p)?.uid ?? '';
      const before = this.#owners.get(p.metadata.uid!) ?? owner;
      assert.equal(owner, before, `${nameOf(p)} changed hands`);
      this.#owners.set(p.metadata.uid!, owner);
    }
  }

  #endedPodsStayEnded(pods: readonly Pod[]): void {
    for (const p of pods) {
      const before = this.#phases.get(p.metadata.uid!);
      if (before === 'Succeeded' || before === 'Failed') {
        assert.equal(p.status.phase, before, `${nameOf(p)} came back from ${before}`);
      }
      this.#phases.set(p.metadata.uid!, p.status.phase ?? 'Pending');
    }
  }
}

function addressesAreUnique(pods: readonly Pod[]): void {
  const seen = new Map<string, string>();
  for (const p of pods) {
    const { podIP } = p.status;
    if (!podIP || hasEnded(p) || p.metadata.deletionTimestamp) continue;
    assert.equal(seen.get(podIP), undefined, `${nameOf(p)} and ${seen.get(podIP)} both have ${podIP}`);
    seen.set(podIP, nameOf(p));
  }
}

function nodeIsNotOvercommitted(
  name: string,
  allocatable: Readonly<Record<string, string>>,
  pods: readonly Pod[],
): void {
  const here = pods.filter((p) => p.spec.nodeName === name && !hasEnded(p));
  assert.ok(here.length <= Number(allocatable['pods'] ?? Infinity), `${name} runs ${here.length} pods`);
  for (const resource of ['cpu', 'memory']) {
    if (!allocatable[resource]) continue;
    const asked = here.flatMap((p) => p.spec.containers.map((c) => amount(c.resources?.requests?.[resource])));
    const total = asked.reduce((a, b) => a + b, 0);
    assert.ok(total <= amount(allocatable[resource]), `${name} is asked for ${total} ${resource}`);
  }
}

const amount = (quantity: string | undefined): number => (quantity ? milliValue(quantity) : 0);

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
      `${nameOf(d)} has not settled`,
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
