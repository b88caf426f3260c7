import { labelValueProblems, own, type Path } from '../../machinery/index.ts';
import type { LabelSelector } from '../meta/label-selector.ts';
import type { NodeSelectorTerm } from './node-selector.ts';

const deprecated: Readonly<Record<string, string>> = {
  'beta.kubernetes.io/arch': 'deprecated since v1.14; use "kubernetes.io/arch" instead',
  'beta.kubernetes.io/os': 'deprecated since v1.14; use "kubernetes.io/os" instead',
  'failure-domain.beta.kubernetes.io/region': 'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  'failure-domain.beta.kubernetes.io/zone': 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
  'beta.kubernetes.io/instance-type': 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
  'app.kubernetes.io/created-by': 'deprecated since v1.9',
  'scheduler.alpha.kubernetes.io/preferAvoidPods': 'deprecated since v1.22; use Taints and Tolerations instead',
  'node-role.kubernetes.io/master': 'use "node-role.kubernetes.io/control-plane" instead',
};

const replaced: Readonly<Record<string, string>> = {
  'beta.kubernetes.io/arch': 'kubernetes.io/arch',
  'beta.kubernetes.io/os': 'kubernetes.io/os',
  'failure-domain.beta.kubernetes.io/region': 'topology.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone': 'topology.kubernetes.io/zone',
  'beta.kubernetes.io/instance-type': 'node.kubernetes.io/instance-type',
};

/** The label that means the same now. */
export const replacedLabel = (key: string): string | undefined => own(replaced, key);

/** What to say to who still selects nodes by this label; nothing for labels in good standing. */
export const nodeLabelDeprecation = (key: string): string | undefined => own(deprecated, key);

/** The same for labels of nodes that a label selector asks for. */
export function* labelSelectorWarnings(selector: LabelSelector | undefined, at: Path): Iterable<string> {
  for (const [i, { key }] of (selector?.matchExpressions ?? []).entries()) {
    const why = nodeLabelDeprecation(key);
    if (why) yield `${String(at.child('matchExpressions').index(i).child('key'))}: ${key} is ${why}`;
  }
  for (const key of Object.keys(selector?.matchLabels ?? {})) {
    const why = nodeLabelDeprecation(key);
    if (why) yield `${String(at.child('matchLabels', key))}: ${why}`;
  }
}

export function* nodeSelectorTermWarnings(
  { matchExpressions }: NodeSelectorTerm,
  at: Path,
  { checkValues }: { checkValues: boolean },
): Iterable<string> {
  for (const [i, { key, values }] of (matchExpressions ?? []).entries()) {
    const here = at.child('matchExpressions').index(i);
    const why = nodeLabelDeprecation(key);
    if (why) yield `${String(here.child('key'))}: ${key} is ${why}`;
    if (!checkValues) continue;
    for (const [j, value] of (values ?? []).entries()) {
      for (const p of labelValueProblems(value))
        yield `${String(here.child('values').index(j))}: ${value} is invalid, ${p}`;
    }
  }
}
