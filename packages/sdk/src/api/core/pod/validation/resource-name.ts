import {
  type FieldError,
  invalid,
  notSupported,
  type Path,
  qualifiedNameProblems,
  typedString,
} from '../../../../machinery/index.ts';

/** Names of resources: which there are, and what may be said of each. */

const compute = ['cpu', 'memory', 'ephemeral-storage'];
/** What is only counted, never cut. */
const counted = [
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'services.nodeports',
  'services.loadbalancers',
];
const standard = new Set([
  ...compute,
  ...[...compute, 'storage'].map((r) => `requests.${r}`),
  ...compute.map((r) => `limits.${r}`),
  'storage',
  ...counted,
]);

export const isHugePages = (name: string): boolean => name.startsWith('hugepages-');

const isNative = (name: string): boolean => !name.includes('/') || name.includes('kubernetes.io/');

/** One that somebody else's device plugin or driver counts, such as `example.com/gpu`. */
export const isExtendedResource = (name: string): boolean =>
  !isNative(name) && !name.startsWith('requests.') && qualifiedNameProblems(`requests.${name}`).length === 0;

export const isIntegerResource = (name: string): boolean => counted.includes(name) || isExtendedResource(name);

/** More may be allowed than is asked for. */
export const mayOvercommit = (name: string): boolean => isNative(name) && !isHugePages(name);

export const isNativeResource = isNative;

export type NameCheck = (errors: FieldError[], name: string, at: Path) => void;

export function validateResourceName(errors: FieldError[], name: string, at: Path): void {
  const problems = qualifiedNameProblems(name);
  for (const p of problems) errors.push(invalid(at, typedString(name), p));
  if (problems.length || name.includes('/')) return;
  if (!standard.has(name) && !/^(requests\.)?hugepages-/.test(name)) {
    errors.push(invalid(at, name, 'must be a standard resource type or fully qualified'));
  }
}

export const validateContainerResourceName: NameCheck = (errors, name, at) => {
  validateResourceName(errors, name, at);
  if (!name.includes('/')) {
    if (!compute.includes(name) && !isHugePages(name)) {
      errors.push(invalid(at, name, 'must be a standard resource for containers'));
    }
  } else if (!isNative(name) && !isExtendedResource(name)) {
    errors.push(invalid(at, name, "doesn't follow extended resource name standard"));
  }
};

export const isPodLevelResource = (name: string): boolean => name === 'cpu' || name === 'memory' || isHugePages(name);

export const validatePodResourceName: NameCheck = (errors, name, at) => {
  const before = errors.length;
  validateResourceName(errors, name, at);
  if (errors.length === before && !isPodLevelResource(name)) {
    errors.push(notSupported(at, name, ['cpu', 'hugepages-', 'memory']));
  }
};
