import type { ReplicaSet, ReplicationController, Service, StatefulSet } from '@tiphys/sdk/api';
import { equalitySelector, labelSelectorOf, type Selector, selectorOf } from '@tiphys/sdk/machinery';
import type { PodInfo } from './pod-info.ts';

/**
 * Which pods belong together, for those who don't say how to be spread: the pods of the same services and of the same
 * controller (upstream's helper.DefaultSelector).
 */
export class PodGroups {
  /** Selectors of services by namespace and name. */
  readonly #services = new Map<string, Map<string, Selector>>();
  /** Selectors of sets and replication controllers by their uid. */
  readonly #sets = new Map<string, Selector>();

  setService(next: Service | undefined, old: Service | undefined): void {
    const { namespace = '', name = '' } = (next ?? old)!.metadata;
    const own = this.#services.get(namespace) ?? new Map<string, Selector>();
    const labels = next?.spec.selector;
    if (labels && Object.keys(labels).length) this.#services.set(namespace, own.set(name, equalitySelector(labels)));
    else if (own.delete(name) && !own.size) this.#services.delete(namespace);
  }

  setReplicas(next: ReplicaSet | StatefulSet | undefined, old: ReplicaSet | StatefulSet | undefined): void {
    this.#setController((next ?? old)!.metadata.uid ?? '', next && labelSelectorOf(next.spec.selector));
  }

  setReplicationController(next: ReplicationController | undefined, old: ReplicationController | undefined): void {
    this.#setController((next ?? old)!.metadata.uid ?? '', next && equalitySelector(next.spec.selector));
  }

  #setController(uid: string, selector: Selector | undefined): void {
    if (selector) this.#sets.set(uid, selector);
    else this.#sets.delete(uid);
  }

  /** What the pods have in common that belong together with this one; undefined for a pod of its own. */
  selectorFor({ namespace, labels, pod }: PodInfo): Selector | undefined {
    const services = [...(this.#services.get(namespace)?.values() ?? [])].filter((s) => s.matches(labels));
    const controller = pod.metadata.ownerReferences?.find((r) => r.controller);
    const set = controller && this.#sets.get(controller.uid);
    const requirements = [...services, ...(set ? [set] : [])].flatMap((s) => s.requirements);
    return requirements.length ? selectorOf(requirements) : undefined;
  }
}
