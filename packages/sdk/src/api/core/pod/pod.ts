import { defineKind, type Kind, s } from '../../../schema/index.ts';
import { podSpec } from './pod-spec.ts';
import { podStatus } from './pod-status.ts';
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
  shortNames: ['po'],
  categories: ['all'],
  status: true,
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
