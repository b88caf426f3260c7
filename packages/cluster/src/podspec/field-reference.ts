import type { Container, Pod, ResourceFieldSelector } from '@tiphys/sdk/api';
import { milliValue, own, unitValue } from '@tiphys/sdk/machinery';

/** Addresses that aren't in the pod's stored status yet when its containers start. */
export interface PodAddresses {
  readonly podIPs: readonly string[];
  readonly hostIPs: readonly string[];
}

const subscript = /^metadata\.(labels|annotations)\['([^']*)'\]$/;

/** What the downward API tells of a pod; undefined for a path that it doesn't know. */
export function fieldValue(path: string, pod: Pod, { podIPs, hostIPs }: PodAddresses): string | undefined {
  const keyed = subscript.exec(path);
  if (keyed) return own(pod.metadata[keyed[1] as 'labels' | 'annotations'], keyed[2]!) ?? '';
  switch (path) {
    case 'metadata.name':
      return pod.metadata.name ?? '';
    case 'metadata.namespace':
      return pod.metadata.namespace ?? '';
    case 'metadata.uid':
      return pod.metadata.uid ?? '';
    case 'metadata.labels':
      return formatMap(pod.metadata.labels);
    case 'metadata.annotations':
      return formatMap(pod.metadata.annotations);
    case 'spec.nodeName':
      return pod.spec.nodeName ?? '';
    case 'spec.serviceAccountName':
      return pod.spec.serviceAccountName ?? '';
    case 'status.hostIP':
      return hostIPs[0] ?? '';
    case 'status.hostIPs':
      return hostIPs.join(',');
    case 'status.podIP':
      return podIPs[0] ?? '';
    case 'status.podIPs':
      return podIPs.join(',');
  }
  return undefined;
}

/** `requests.cpu` and its like in units of the divisor, rounded up; without a limit it is what the node has to give. */
export function resourceFieldValue(
  { resource, divisor }: ResourceFieldSelector,
  container: Container,
  allocatable: Readonly<Record<string, string>>,
): string {
  const [list = '', ...rest] = resource.split('.');
  const name = rest.join('.');
  const { limits, requests } = container.resources;
  const quantity =
    list === 'limits' ? (own(limits, name) ?? own(allocatable, name) ?? '0') : (own(requests, name) ?? '0');
  const amount = name === 'cpu' ? milliValue : unitValue;
  const by = divisor && divisor !== '0' ? divisor : '1';
  return String(Math.ceil(amount(quantity) / amount(by)));
}

/** One `key="value"` a line, sorted, the value quoted as Go does. */
function formatMap(map: Readonly<Record<string, string>> = {}): string {
  return Object.keys(map)
    .toSorted()
    .map((key) => `${key}=${JSON.stringify(map[key])}`)
    .join('\n');
}
