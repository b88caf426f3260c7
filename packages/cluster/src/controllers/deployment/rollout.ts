import {
  deployment,
  type Deployment,
  type DeploymentStatus,
  replicaSet,
  type ReplicaSet,
  type ReplicaSetManifest,
} from '@tiphys/sdk/api';
import { equal, isAlreadyExists, isNamespaceTerminating, own } from '@tiphys/sdk/machinery';
import { controllerOf, controllerReference, type ReconcileContext } from '@tiphys/sdk/operator';
import { messageOf } from '@tiphys/sdk/runtime';
import { hasAnnotations, revisionAnnotation, revisionOf, scaleAnnotations, setAnnotations } from './annotations.ts';
import { byCreation, fences, newSetReplicas, type Resize } from './replicas.ts';
import { allSets, conditionOf, type ConditionSpec, hasDeadline, type Sets, withCondition } from './status.ts';
import { sameTemplate, selectorWithHash, setName, templateHash, withHash } from './template.ts';

/** One look at a Deployment and its sets, kept up to date with what is written on the way. */
export class Rollout implements Sets {
  readonly #context: ReconcileContext;
  #deployment: Deployment;
  #sets: ReplicaSet[];

  constructor(d: Deployment, sets: readonly ReplicaSet[], context: ReconcileContext) {
    this.#deployment = d;
    this.#sets = sets.toSorted(byCreation);
    this.#context = context;
  }

  get deployment(): Deployment {
    return this.#deployment;
  }

  /** The set of the template as it is now; the oldest, should there be several. */
  get newSet(): ReplicaSet | undefined {
    return this.#sets.find((rs) => sameTemplate(rs.spec.template, this.#deployment.spec.template));
  }

  get oldSets(): ReplicaSet[] {
    const { newSet } = this;
    return newSet ? this.#sets.filter((rs) => rs !== newSet) : this.#sets;
  }

  /** Brings the new set's annotations, and the Deployment's revision, up to date. */
  async syncRevision(): Promise<void> {
    const d = this.#deployment;
    const set = this.newSet;
    if (!set) return;
    const annotations = setAnnotations(d, set.metadata.annotations ?? {}, this.#nextRevision(), true);
    const minReadySeconds = d.spec.minReadySeconds ?? 0;
    if (!equal(annotations, set.metadata.annotations ?? {}) || (set.spec.minReadySeconds ?? 0) !== minReadySeconds) {
      const { minReadySeconds: _old, ...spec } = set.spec;
      await this.#update({
        ...set,
        metadata: { ...set.metadata, annotations },
        spec: { ...spec, ...(minReadySeconds && { minReadySeconds }) },
      });
      return;
    }
    const revision = own(set.metadata.annotations, revisionAnnotation) ?? '';
    const found: ConditionSpec = {
      type: 'Progressing',
      status: 'True',
      reason: 'FoundNewReplicaSet',
      message: `Found new replica set "${set.metadata.name}"`,
    };
    const tell = hasDeadline(d) && !conditionOf(d.status, 'Progressing');
    await this.#tellRevision(revision, tell ? found : undefined);
  }

  /** As `syncRevision`; makes the new set if it isn't there. */
  async ensureNewSet(): Promise<void> {
    if (this.newSet) return this.syncRevision();
    const d = this.#deployment;
    const { events, signal, client } = this.#context;
    const revision = this.#nextRevision();
    const manifest = this.#setManifest(revision);
    const { name } = manifest.metadata;
    let made: ReplicaSet;
    let existed = false;
    try {
      made = await client.create(replicaSet, manifest, { signal });
    } catch (err) {
      if (isAlreadyExists(err)) {
        made = await this.#existingSet(name, err);
        existed = true;
      } else {
        await this.#creationFailed(name, err);
        throw err;
      }
    }
    this.#sets = [...this.#sets.filter((rs) => rs.metadata.uid !== made.metadata.uid), made].toSorted(byCreation);
    if (!existed && made.spec.replicas > 0) {
      const message = `Scaled up replica set ${name} from 0 to ${made.spec.replicas}`;
      events.event({ kind: deployment, object: d }, 'Normal', 'ScalingReplicaSet', message);
    }
    const created: ConditionSpec = {
      type: 'Progressing',
      status: 'True',
      reason: 'NewReplicaSetCreated',
      message: `Created new replica set "${name}"`,
    };
    await this.#tellRevision(String(revision), !existed && hasDeadline(d) ? created : undefined);
  }

  /** Gives sets their sizes; true when one changed. */
  async resize(sizes: readonly Resize[]): Promise<boolean> {
    const { events } = this.#context;
    const d = this.#deployment;
    const annotations = scaleAnnotations(d, fences(d).surge);
    let scaled = false;
    for (const { set: seen, replicas } of sizes) {
      const set = this.#sets.find((rs) => rs.metadata.uid === seen.metadata.uid) ?? seen;
      const before = set.spec.replicas;
      if (before === replicas && hasAnnotations(set, annotations)) continue;
      await this.#update({
        ...set,
        metadata: { ...set.metadata, annotations: { ...set.metadata.annotations, ...annotations } },
        spec: { ...set.spec, replicas },
      });
      if (before === replicas) continue;
      scaled = true;
      const direction = before < replicas ? 'up' : 'down';
      const message = `Scaled ${direction} replica set ${set.metadata.name} from ${before} to ${replicas}`;
      events.event({ kind: deployment, object: d }, 'Normal', 'ScalingReplicaSet', message);
    }
    return scaled;
  }

  /** Removes old sets that nothing is left of, beyond the history that is to be kept. */
  async cleanUp(): Promise<void> {
    const { client, signal } = this.#context;
    const limit = this.#deployment.spec.revisionHistoryLimit;
    const alive = this.oldSets.filter((rs) => !rs.metadata.deletionTimestamp);
    const surplus = alive.toSorted((a, b) => revisionOf(a) - revisionOf(b)).slice(0, Math.max(0, alive.length - limit));
    for (const rs of surplus) {
      const inUse = rs.status.replicas !== 0 || rs.spec.replicas !== 0;
      const unsettled = (rs.metadata.generation ?? 0) > (rs.status.observedGeneration ?? 0);
      if (!inUse && !unsettled) await client.delete(replicaSet, rs, { signal });
    }
  }

  async writeStatus(status: DeploymentStatus): Promise<void> {
    if (equal(status, this.#deployment.status)) return;
    const { client, signal } = this.#context;
    this.#deployment = await client.updateStatus(deployment, this.#deployment, status, { signal });
  }

  async setCondition(condition: ConditionSpec): Promise<void> {
    const { status } = this.#deployment;
    const conditions = withCondition(status.conditions ?? [], condition, this.#context.clock.now());
    await this.writeStatus({ ...status, conditions });
  }

  #nextRevision(): number {
    return Math.max(0, ...this.oldSets.map(revisionOf)) + 1;
  }

  #setManifest(revision: number): ReplicaSetManifest & { metadata: { name: string } } {
    const d = this.#deployment;
    const { template } = d.spec;
    const hash = templateHash(template, d.status.collisionCount);
    const labels = withHash(template.metadata.labels, hash);
    const annotations = setAnnotations(d, {}, revision, false);
    return {
      metadata: {
        name: setName(d.metadata.name!, hash),
        namespace: d.metadata.namespace!,
        labels,
        annotations: { ...annotations, ...scaleAnnotations(d, fences(d).surge) },
        ownerReferences: [controllerReference(deployment, d)],
      },
      spec: {
        replicas: newSetReplicas(d, allSets(this), 0),
        ...(d.spec.minReadySeconds && { minReadySeconds: d.spec.minReadySeconds }),
        selector: selectorWithHash(d.spec.selector, hash),
        template: { ...template, metadata: { ...template.metadata, labels } },
      },
    };
  }

  /** The set was made by a call that failed on its way back, or the name belongs to another template. */
  async #existingSet(name: string, refusal: unknown): Promise<ReplicaSet> {
    const { client, signal } = this.#context;
    const d = this.#deployment;
    const metadata = { name, namespace: d.metadata.namespace! };
    const set = await client.get(replicaSet, { metadata }, { signal });
    if (controllerOf(set)?.uid === d.metadata.uid && sameTemplate(set.spec.template, d.spec.template)) return set;
    await this.writeStatus({ ...d.status, collisionCount: (d.status.collisionCount ?? 0) + 1 });
    throw refusal;
  }

  async #creationFailed(name: string, err: unknown): Promise<void> {
    if (isNamespaceTerminating(err)) return;
    const d = this.#deployment;
    const reason = 'ReplicaSetCreateError';
    const message = `Failed to create new replica set "${name}": ${messageOf(err)}`;
    if (hasDeadline(d)) await this.setCondition({ type: 'Progressing', status: 'False', reason, message });
    this.#context.events.event({ kind: deployment, object: d }, 'Warning', reason, message);
  }

  /** The revision is an annotation, and goes with the status: the status subresource takes annotations of Deployments. */
  async #tellRevision(revision: string, condition: ConditionSpec | undefined): Promise<void> {
    const { client, clock, signal } = this.#context;
    const d = this.#deployment;
    const known = own(d.metadata.annotations, revisionAnnotation) === revision;
    if (known && !condition) return;
    const conditions = d.status.conditions ?? [];
    const annotations = { ...d.metadata.annotations, [revisionAnnotation]: revision };
    this.#deployment = await client.updateStatus(
      deployment,
      { ...d, metadata: { ...d.metadata, annotations } },
      { ...d.status, ...(condition && { conditions: withCondition(conditions, condition, clock.now()) }) },
      { signal },
    );
  }

  async #update(set: ReplicaSet): Promise<void> {
    const { client, signal } = this.#context;
    const written = await client.update(replicaSet, set, { signal });
    this.#sets = this.#sets.map((rs) => (rs.metadata.uid === written.metadata.uid ? written : rs));
  }
}
