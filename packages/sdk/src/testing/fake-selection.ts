import type { ListOptions, WatchEvent } from '../client/index.ts';
import { badRequest, type KubeObject, own, parseFieldSelector, parseLabelSelector } from '../machinery/index.ts';
import type { AnyKind } from '../schema/index.ts';
import type { StoreChange } from './fake-store.ts';

/** Whether an object is among those that a list or a watch is about. */
export function chooser(kind: AnyKind, options: ListOptions): (object: KubeObject) => boolean {
  const labels = options.labelSelector ? parseLabelSelector(options.labelSelector) : undefined;
  const fields = options.fieldSelector ? parseFieldSelector(options.fieldSelector) : [];
  const fieldOf = (object: KubeObject, name: string) => {
    if (name === 'metadata.name') return object.metadata.name ?? '';
    if (name === 'metadata.namespace') return object.metadata.namespace ?? '';
    const read = own(kind.fieldSelectors, name);
    if (!read) throw badRequest(`field label not supported: ${name}`);
    return read(object);
  };
  return (object) =>
    (!options.namespace || object.metadata.namespace === options.namespace) &&
    (!labels || labels.matches(object.metadata.labels ?? {})) &&
    fields.every((f) => (fieldOf(object, f.field) === f.value) === (f.operator !== '!='));
}

/** A change as a watcher with a selector sees it: an object that begins or ceases to match comes or goes. */
export function eventFor(
  change: StoreChange,
  chosen: (object: KubeObject) => boolean,
): WatchEvent<KubeObject> | undefined {
  const { type, object, old } = change;
  const was = old !== undefined && chosen(old);
  const is = type !== 'DELETED' && chosen(object);
  if (is) return { type: was ? 'MODIFIED' : 'ADDED', object };
  return was ? { type: 'DELETED', object } : undefined;
}

export function bookmark(kind: AnyKind, revision: number, initialEnd: boolean): KubeObject {
  return {
    apiVersion: kind.apiVersion,
    kind: kind.kind,
    metadata: {
      resourceVersion: String(revision),
      ...(initialEnd && { annotations: { 'k8s.io/initial-events-end': 'true' } }),
    },
  };
}
