import type { Container, Pod } from '@tiphys/sdk/api';

/** An init container that goes on beside the others. */
export const isSidecar = (container: Container): boolean => container.restartPolicy === 'Always';

export const initContainersOf = ({ spec }: Pod): readonly Container[] => spec.initContainers ?? [];

/** Ephemeral ones run like others, but are never started again. */
export const ephemeralContainersOf = ({ spec }: Pod): readonly Container[] => spec.ephemeralContainers ?? [];

export const allContainersOf = (pod: Pod): readonly Container[] => [
  ...initContainersOf(pod),
  ...pod.spec.containers,
  ...ephemeralContainersOf(pod),
];

export const containerNamed = (pod: Pod, name: string): Container | undefined =>
  allContainersOf(pod).find((c) => c.name === name);

/** `name_namespace(uid)`, as events and messages name a pod. */
export const formatPod = ({ metadata }: Pod): string => `${metadata.name}_${metadata.namespace}(${metadata.uid})`;

/** The part of the pod that an event about a container points at. */
export function fieldPathOf(pod: Pod, name: string): string {
  if (initContainersOf(pod).some((c) => c.name === name)) return `spec.initContainers{${name}}`;
  if (ephemeralContainersOf(pod).some((c) => c.name === name)) return `spec.ephemeralContainers{${name}}`;
  return `spec.containers{${name}}`;
}

/** A port by number or by the name that the container gives it. */
export function resolvePort(port: number | string, container: Container): number | undefined {
  if (typeof port === 'number') return port;
  const named = container.ports?.find((p) => p.name === port)?.containerPort;
  return named ?? (/^\d+$/.test(port) ? Number(port) : undefined);
}
