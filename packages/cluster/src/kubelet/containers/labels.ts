import type { Container, Pod } from '@tiphys/sdk/api';
import { hashOf } from './container-hash.ts';

/** By these a restarted node agent finds again what it runs; other tools read them too, so the names are upstream's. */
export const podNameLabel = 'io.kubernetes.pod.name';
export const podNamespaceLabel = 'io.kubernetes.pod.namespace';
export const podUidLabel = 'io.kubernetes.pod.uid';
export const containerNameLabel = 'io.kubernetes.container.name';

const hashAnnotation = 'io.kubernetes.container.hash';
const restartCountAnnotation = 'io.kubernetes.container.restartCount';
const messagePathAnnotation = 'io.kubernetes.container.terminationMessagePath';
const messagePolicyAnnotation = 'io.kubernetes.container.terminationMessagePolicy';
const podGraceAnnotation = 'io.kubernetes.pod.terminationGracePeriod';
const preStopAnnotation = 'io.kubernetes.container.preStopHandler';
const portsAnnotation = 'io.kubernetes.container.ports';

export const podLabels = ({ metadata }: Pod): Record<string, string> => ({
  [podNameLabel]: metadata.name ?? '',
  [podNamespaceLabel]: metadata.namespace ?? '',
  [podUidLabel]: metadata.uid ?? '',
});

export const containerLabels = (pod: Pod, container: Container): Record<string, string> => ({
  ...podLabels(pod),
  [containerNameLabel]: container.name,
});

export function containerAnnotations(pod: Pod, container: Container, restartCount: number): Record<string, string> {
  const { terminationGracePeriodSeconds: grace } = pod.spec;
  return {
    [hashAnnotation]: hashOf(container),
    [restartCountAnnotation]: String(restartCount),
    [messagePathAnnotation]: container.terminationMessagePath ?? '',
    [messagePolicyAnnotation]: container.terminationMessagePolicy ?? '',
    ...(grace !== undefined && { [podGraceAnnotation]: String(grace) }),
    ...(container.lifecycle?.preStop && { [preStopAnnotation]: JSON.stringify(container.lifecycle.preStop) }),
    ...(container.ports?.length && { [portsAnnotation]: JSON.stringify(container.ports) }),
  };
}

type Annotated = { readonly annotations: Readonly<Record<string, string>> };

export const restartCountOf = ({ annotations }: Annotated): number => Number(annotations[restartCountAnnotation] ?? 0);
export const recordedHash = ({ annotations }: Annotated): string | undefined => annotations[hashAnnotation];
export const messagePathOf = ({ annotations }: Annotated): string => annotations[messagePathAnnotation] ?? '';
export const messagePolicyOf = ({ annotations }: Annotated): string => annotations[messagePolicyAnnotation] ?? '';
/** For pods that the server no longer knows: what they were promised when they started. */
export const promisedGraceOf = ({ annotations }: Annotated): number | undefined =>
  annotations[podGraceAnnotation] === undefined ? undefined : Number(annotations[podGraceAnnotation]);
