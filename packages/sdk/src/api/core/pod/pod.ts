import { errorsOf } from '../../../machinery/index.ts';
import { defineKind, type Kind, s } from '../../../schema/index.ts';
import { podColumns, podRowConditions } from './columns.ts';
import { fillPod } from './defaults.ts';
import { podSpec } from './pod-spec.ts';
import { podStatus } from './pod-status.ts';
import {
  ephemeralContainersStrategy,
  podResetFields,
  prepareForCreate,
  prepareForUpdate,
  resizeStrategy,
  statusStrategy,
} from './strategy.ts';
import { validatePod, validatePodUpdate } from './validation/pod.ts';
import { podWarnings } from './warnings/pod-warnings.ts';
import { objectMeta } from '../../meta/object-meta.ts';

const podShape = s.struct('io.k8s.api.core.v1.Pod', {
  metadata: s.held(1, objectMeta),
  spec: s.held(2, podSpec),
  status: s.held(3, podStatus),
});
export interface Pod extends s.Out<typeof podShape> {
  apiVersion?: string;
  kind?: string;
}
export interface PodManifest extends s.In<typeof podShape> {
  apiVersion?: string;
  kind?: string;
}
export const pod: Kind<Pod, PodManifest> = defineKind<Pod, PodManifest>({
  group: '',
  version: 'v1',
  kind: 'Pod',
  plural: 'pods',
  scope: 'Namespaced',
  updateRules: ['metadataChange', 'metadata', 'object'],
  shortNames: ['po'],
  categories: ['all'],
  status: statusStrategy,
  statusAtCreation: true,
  parts: { ephemeralcontainers: ephemeralContainersStrategy, resize: resizeStrategy },
  resetFields: podResetFields,
  subresources: [
    { name: 'attach', kind: 'PodAttachOptions', verbs: ['create', 'get'] },
    { name: 'binding', kind: 'Binding', verbs: ['create'] },
    { name: 'ephemeralcontainers', kind: 'Pod', verbs: ['get', 'patch', 'update'] },
    { name: 'eviction', kind: 'Eviction', group: 'policy', version: 'v1', verbs: ['create'] },
    { name: 'exec', kind: 'PodExecOptions', verbs: ['create', 'get'] },
    { name: 'log', kind: 'Pod', verbs: ['get'] },
    { name: 'portforward', kind: 'PodPortForwardOptions', verbs: ['create', 'get'] },
    { name: 'proxy', kind: 'PodProxyOptions', verbs: ['create', 'delete', 'get', 'patch', 'update'] },
    { name: 'resize', kind: 'Pod', verbs: ['get', 'patch', 'update'] },
  ],
  generation: true,
  graceful: true,
  returnsDeleted: true,
  default: fillPod,
  prepareForCreate,
  prepareForUpdate,
  validate: (next, old, { gates } = {}) =>
    old ? errorsOf(validatePodUpdate, next, old, gates) : errorsOf(validatePod, next, gates),
  // An update says nothing: what there is to say was said when the pod was made.
  warnings: ({ metadata, spec }, old) => (old ? [] : podWarnings(metadata, spec)),
  columns: podColumns,
  rowConditions: podRowConditions,
  fieldSelectors: {
    'spec.host': ({ spec }) => spec.nodeName ?? '',
    'spec.hostNetwork': ({ spec }) => String(spec.hostNetwork ?? false),
    'spec.nodeName': ({ spec }) => spec.nodeName ?? '',
    'spec.restartPolicy': ({ spec }) => spec.restartPolicy ?? '',
    'spec.schedulerName': ({ spec }) => spec.schedulerName ?? '',
    'spec.serviceAccountName': ({ spec }) => spec.serviceAccountName ?? '',
    'status.nominatedNodeName': ({ status }) => status.nominatedNodeName ?? '',
    'status.phase': ({ status }) => status.phase ?? '',
    'status.podIP': ({ status }) => status.podIP ?? '',
    'status.podIPs': ({ status }) => (status.podIPs ?? []).map(({ ip }) => ip).join(','),
  },
  schema: podShape,
});
