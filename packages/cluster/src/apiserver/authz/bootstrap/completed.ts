import type { ClusterRoleBindingManifest, ClusterRoleManifest, PolicyRule, Subject } from '@tiphys/sdk/api';
import { equal, type KubeObject } from '@tiphys/sdk/machinery';
import { missingRules } from '../covers.ts';

const autoupdate = 'rbac.authorization.kubernetes.io/autoupdate';

type Wanted = Partial<ClusterRoleManifest & ClusterRoleBindingManifest>;
type Stored = KubeObject & { rules?: PolicyRule[]; subjects?: Subject[] };

/**
 * A role or binding with what a later version, or a feature gate, has added to it since it was stored. What others have added stays.
 * Nothing where all is there, or where it says that it is to be left alone.
 */
export function completed(stored: KubeObject, wanted: Wanted): KubeObject | undefined {
  const { metadata, rules = [], subjects = [] } = stored as Stored;
  if (metadata.annotations?.[autoupdate] === 'false') return undefined;
  const labels = { ...wanted.metadata?.labels, ...metadata.labels };
  const annotations = { ...wanted.metadata?.annotations, ...metadata.annotations };
  // What aggregates others' rules has none of its own.
  const ruled = wanted.rules && !wanted.aggregationRule ? (wanted.rules as PolicyRule[]) : [];
  const moreRules = equal(rules, ruled) ? [] : missingRules(rules, ruled);
  const moreSubjects = ((wanted.subjects ?? []) as Subject[]).filter((s) => !subjects.some((one) => isSame(one, s)));
  const isMarked = equal(labels, metadata.labels ?? {}) && equal(annotations, metadata.annotations ?? {});
  if (isMarked && !moreRules.length && !moreSubjects.length) return undefined;
  return structuredClone({
    ...stored,
    metadata: { ...metadata, labels, annotations },
    ...(moreRules.length && { rules: [...rules, ...moreRules] }),
    ...(moreSubjects.length && { subjects: [...subjects, ...moreSubjects] }),
  }) as KubeObject;
}

const isSame = (a: Subject, b: Subject): boolean =>
  a.kind === b.kind && a.name === b.name && (a.namespace ?? '') === (b.namespace ?? '');
