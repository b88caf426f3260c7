import type { CacheView } from '@tiphys/sdk/cache';
import { type KubeObject, labelSelectorOf, type LabelSelectorLike } from '@tiphys/sdk/machinery';
import { controllerOf } from '@tiphys/sdk/operator';
import type { Kind } from '@tiphys/sdk/schema';

const index = 'without-controller';

/** Lets `orphans` find the objects of a kind that nobody controls; for a controller's `setup`. */
export function indexOrphans<O extends KubeObject, M>(cache: CacheView, kind: Kind<O, M>): void {
  cache.informer(kind).addIndex(index, (o) => (controllerOf(o) ? [] : [o.metadata.namespace ?? '']));
}

export const orphans = <O extends KubeObject, M>(cache: CacheView, kind: Kind<O, M>, namespace: string): readonly O[] =>
  cache.by(kind, index, namespace);

type Selecting = KubeObject & { spec: { selector: LabelSelectorLike | null } };

/** The keys of those whose selector the orphan matches: one of them may adopt it. */
export function adoptersOf<O extends Selecting, M>(
  cache: CacheView,
  kind: Kind<O, M>,
  next: KubeObject | undefined,
): string[] {
  if (!next || controllerOf(next) || next.metadata.deletionTimestamp) return [];
  const { namespace, labels = {} } = next.metadata;
  return cache
    .list(kind, namespace)
    .filter((o) => selects(o, labels))
    .map((o) => `${namespace}/${o.metadata.name}`);
}

/** An empty selector would select everything, which nobody means. */
function selects({ spec }: Selecting, labels: Record<string, string>): boolean {
  const selector = labelSelectorOf(spec.selector);
  return !selector.empty && selector.matches(labels);
}
