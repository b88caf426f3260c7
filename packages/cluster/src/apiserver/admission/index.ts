/** What may be written, beyond what is valid: plugins that look at each write, change it, or refuse it. */
import type { Random } from '@tiphys/sdk/runtime';
import type { ClusterObjects } from './cluster-objects.ts';
import { defaultTolerationSeconds } from './default-toleration-seconds.ts';
import { namespaceLifecycle } from './namespace-lifecycle.ts';
import type { AdmissionPlugin } from './plugin.ts';
import { podTopologyLabels } from './pod-topology-labels.ts';
import { priority } from './priority.ts';
import { serviceAccount } from './service-account.ts';
import { taintNodesByCondition } from './taint-nodes-by-condition.ts';

/** Every plugin, in upstream's order. */
export const admissionPlugins = (objects: ClusterObjects, random: Random): readonly AdmissionPlugin[] => [
  namespaceLifecycle(objects),
  serviceAccount(objects, random),
  taintNodesByCondition,
  priority(objects),
  defaultTolerationSeconds,
  podTopologyLabels(objects),
];
