import {
  type FieldError,
  invalid,
  notSupported,
  type Path,
  problemsAt,
  qualifiedNameProblems,
  required,
} from '../../../../machinery/index.ts';
import type { ObjectFieldSelector, ResourceFieldSelector } from '../env.ts';

/** What a container may be told about its own pod. */

export const envFieldPaths: readonly string[] = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
];
export const volumeFieldPaths: readonly string[] = [
  'metadata.annotations',
  'metadata.labels',
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
];

/** Paths that exist at all; which of them may be used depends on where. */
const knownPaths = new Set([
  ...envFieldPaths,
  ...volumeFieldPaths,
  'spec.restartPolicy',
  'spec.schedulerName',
  'status.phase',
]);

export function validateFieldRef(
  errors: FieldError[],
  { apiVersion, fieldPath }: ObjectFieldSelector,
  allowed: readonly string[],
  at: Path,
): void {
  if (!apiVersion) return void errors.push(required(at.child('apiVersion')));
  if (!fieldPath) return void errors.push(required(at.child('fieldPath')));
  const subscripted = /^([^]+?)\['([^]*)'\]$/.exec(fieldPath);
  const problem = conversionProblem(apiVersion, fieldPath, subscripted?.[1]);
  if (problem) {
    errors.push(invalid(at.child('fieldPath'), fieldPath, `error converting fieldPath: ${problem}`));
  } else if (subscripted) {
    const [, path, key = ''] = subscripted;
    // Annotation keys are compared without regard to case.
    const name = path === 'metadata.annotations' ? key.toLowerCase() : key;
    errors.push(...problemsAt(qualifiedNameProblems(name), name, at));
  } else {
    const path = fieldPath === 'spec.host' ? 'spec.nodeName' : fieldPath;
    if (!allowed.includes(path)) errors.push(notSupported(at.child('fieldPath'), path, allowed));
  }
}

function conversionProblem(apiVersion: string, fieldPath: string, subscripted: string | undefined): string | undefined {
  if (apiVersion !== 'v1') return `unsupported pod version: ${apiVersion}`;
  if (subscripted !== undefined) {
    const may = subscripted === 'metadata.annotations' || subscripted === 'metadata.labels';
    return may ? undefined : `field label does not support subscript: ${fieldPath}`;
  }
  return knownPaths.has(fieldPath) || fieldPath === 'spec.host' ? undefined : `field label not supported: ${fieldPath}`;
}

const resources: readonly string[] = [
  'limits.cpu',
  'limits.ephemeral-storage',
  'limits.memory',
  'requests.cpu',
  'requests.ephemeral-storage',
  'requests.memory',
];

export function validateResourceFieldRef(
  errors: FieldError[],
  { containerName, resource, divisor }: ResourceFieldSelector,
  at: Path,
  { inVolume }: { inVolume: boolean },
): void {
  if (inVolume && !containerName) errors.push(required(at.child('containerName')));
  else if (!resource) errors.push(required(at.child('resource')));
  else if (!resources.includes(resource) && !isHugePages(resource)) {
    errors.push(notSupported(at.child('resource'), resource, resources));
  }
  const rule = divisorRules.find((r) => r.applies(resource));
  const unit = divisor ?? '0';
  if (rule && unit !== '0' && !rule.divisors.includes(unit)) {
    const { divisors, noun } = rule;
    errors.push(
      invalid(
        at.child('divisor'),
        resource,
        `only divisor's values ${divisors.length === 2 ? divisors.join(' and ') : divisors.join(', ')} are supported with the ${noun} resource`,
      ),
    );
  }
}

const isHugePages = (resource: string): boolean => /^(requests|limits)\.hugepages-/.test(resource);
const bytes = ['1', '1k', '1M', '1G', '1T', '1P', '1E', '1Ki', '1Mi', '1Gi', '1Ti', '1Pi', '1Ei'];
const divisorRules: readonly {
  applies(resource: string): boolean;
  divisors: readonly string[];
  noun: string;
}[] = [
  { applies: (r) => r === 'limits.cpu' || r === 'requests.cpu', divisors: ['1m', '1'], noun: 'cpu' },
  { applies: (r) => r === 'limits.memory' || r === 'requests.memory', divisors: bytes, noun: 'memory' },
  {
    applies: (r) => r === 'limits.ephemeral-storage' || r === 'requests.ephemeral-storage',
    divisors: bytes,
    noun: 'local ephemeral storage',
  },
  { applies: isHugePages, divisors: bytes, noun: 'hugepages' },
];
