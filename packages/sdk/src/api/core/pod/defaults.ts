import { inKeyOrder, type JsonObject, type ObjectMeta } from '../../../machinery/index.ts';
import { setFields } from '../../../schema/index.ts';
import { type Container, containerPort } from './container.ts';
import type { Pod } from './pod.ts';
import { podSpec, type PodSpec } from './pod-spec.ts';
import type { PodStatus } from './pod-status.ts';
import { containerTotals } from './resource-totals.ts';
import { resourceRequirements, type ResourceRequirements } from './resources.ts';
import { isHugePages, isPodLevelResource, mayOvercommit } from './validation/resource-name.ts';

/** What pods are given that templates for pods aren't. Changes the pod. */
export function fillPod(pod: Pod): void {
  const { spec, status, metadata } = pod;
  dropInitContainerAnnotations(metadata);
  spec.containers?.forEach((container) => fillContainer(container, spec));
  spec.initContainers?.forEach((container) => fillContainer(container, spec));
  // Grace can't be refused altogether.
  if (spec.terminationGracePeriodSeconds < 0) spec.terminationGracePeriodSeconds = 1;
  if (spec.resources) fillPodResources(spec, spec.resources);
  if (spec.enableServiceLinks === undefined) setFields(podSpec, spec, { enableServiceLinks: true });
  if (status) agreeOnIP(status);
}

function fillContainer({ resources, ports }: Container, { hostNetwork }: PodSpec): void {
  // Whoever limits a resource without asking for it asks for the limit.
  if (resources?.limits) ask(resources, { ...resources.limits, ...resources.requests });
  if (!hostNetwork || !ports) return;
  for (const port of ports) setFields(containerPort, port, { hostPort: port.hostPort || port.containerPort });
}

/** What is asked for the whole pod, where it says some of it: the rest comes from its containers and its limits. */
function fillPodResources(spec: PodSpec, resources: ResourceRequirements): void {
  if (!Object.keys({ ...resources.limits, ...resources.requests }).length) return;
  for (const [name, sum] of Object.entries(containerTotals(spec, 'limits'))) {
    if (!isHugePages(name) || resources.requests?.[name] !== undefined) continue;
    setFields(resourceRequirements, resources, {
      limits: inKeyOrder({ ...resources.limits, [name]: resources.limits?.[name] ?? sum }),
    });
  }
  if (!resources.limits || !Object.keys(resources.limits).length) return;
  const requests = { ...resources.requests };
  for (const [name, sum] of Object.entries(containerTotals(spec, 'requests'))) {
    if (isPodLevelResource(name) && mayOvercommit(name)) requests[name] ??= sum;
  }
  for (const [name, limit] of Object.entries(resources.limits)) {
    if (isPodLevelResource(name)) requests[name] ??= limit;
  }
  ask(resources, requests);
}

/** Sets what is asked for, if that is more than it was, or in another order. */
function ask(resources: ResourceRequirements, requests: NonNullable<ResourceRequirements['requests']>): void {
  const wanted = inKeyOrder(requests);
  if (Object.keys(wanted).join() === Object.keys(resources.requests ?? {}).join()) return;
  setFields(resourceRequirements, resources, { requests: wanted });
}

/** One address and the list of them say the same; the one is believed where they differ. */
function agreeOnIP(status: PodStatus): void {
  if (status.podIP && status.podIP !== status.podIPs?.[0]?.ip) status.podIPs = [{ ip: status.podIP }];
  const first = status.podIPs?.[0]?.ip;
  if (first) status.podIP = first;
}

const initContainerAnnotations = ['init-containers', 'init-container-statuses'].flatMap((name) => [
  `pod.beta.kubernetes.io/${name}`,
  `pod.alpha.kubernetes.io/${name}`,
]);

/** From before init containers had a field. */
export function dropInitContainerAnnotations(metadata: Pick<ObjectMeta, 'annotations'>): void {
  const { annotations } = metadata;
  if (!annotations || !initContainerAnnotations.some((key) => key in annotations)) return;
  const kept = Object.entries(annotations).filter(([key]) => !initContainerAnnotations.includes(key));
  if (kept.length) metadata.annotations = Object.fromEntries(kept);
  else delete (metadata as JsonObject)['annotations'];
}
