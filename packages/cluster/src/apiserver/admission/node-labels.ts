type Labels = Readonly<Record<string, string>> | undefined;

/** Labels in these namespaces are for administrators to steer pods by, so a node must not give them to itself. */
const reserved = 'node-restriction.kubernetes.io';
const own = new Set([
  'kubernetes.io/hostname',
  'topology.kubernetes.io/zone',
  'topology.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region',
  'node.kubernetes.io/instance-type',
  'beta.kubernetes.io/instance-type',
  'kubernetes.io/os',
  'kubernetes.io/arch',
  'beta.kubernetes.io/os',
  'beta.kubernetes.io/arch',
]);
const ownNamespaces = ['kubelet.kubernetes.io', 'node.kubernetes.io'];

/** Keys that were added, removed or given another value. */
export function changedLabels(next: Labels = {}, old: Labels = {}): string[] {
  const keys = new Set([...Object.keys(next), ...Object.keys(old)]);
  return [...keys].filter((k) => next[k] !== old[k]);
}

/** Those of the labels that a node may not change about itself, sorted. */
export const forbiddenLabels = (labels: readonly string[]): string[] => labels.filter(isForbidden).sort();

function isForbidden(label: string): boolean {
  const slash = label.indexOf('/');
  const namespace = slash === -1 ? '' : label.slice(0, slash);
  if (isWithin(namespace, reserved)) return true;
  const ofKubernetes = isWithin(namespace, 'kubernetes.io') || isWithin(namespace, 'k8s.io');
  return ofKubernetes && !own.has(label) && !ownNamespaces.some((n) => isWithin(namespace, n));
}

const isWithin = (namespace: string, parent: string): boolean =>
  namespace === parent || namespace.endsWith(`.${parent}`);
