import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../machinery/index.ts';
import { type AnyKind, decode, erase } from '../../schema/index.ts';
import { deployment } from '../apps/deployment.ts';
import { type StatefulSet, statefulSet } from '../apps/statefulset.ts';
import { cronJob } from '../batch/cronjob.ts';
import { lease } from '../coordination/lease.ts';
import { persistentVolumeClaim } from '../core/persistentvolumeclaim/persistentvolumeclaim.ts';
import { pod } from '../core/pod/pod.ts';
import { resourceSlice } from '../resource/resourceslice.ts';
import { podGroup } from '../scheduling/podgroup.ts';
import { workload } from '../scheduling/workload.ts';
import { csiDriver } from '../storage/csidriver.ts';
import type { FieldGate } from './field-gates.ts';

type Json = Record<string, unknown>;

const container = { name: 'c', image: 'i' };
const podSpec = (more: Json) => ({ containers: [container], ...more });
const template = (more: Json) => ({ metadata: {}, spec: podSpec(more) });
const projected = (source: Json) => ({ volumes: [{ name: 'v', projected: { sources: [source] } }] });
const stops = { containers: [{ ...container, lifecycle: { stopSignal: 'SIGUSR1' } }] };
const group = { schedulingGroup: { podGroupName: 'g' } };
const device = (more: Json) => ({ devices: [{ name: 'd', ...more }] });
const schedulingPolicy = { basic: {} };

/** A kind, the spec of one of its objects, where the gated member is, and its gate. */
const table: [kind: AnyKind, spec: Json, path: string, gate: FieldGate][] = [
  [erase(pod), podSpec(group), 'schedulingGroup', 'GenericWorkload'],
  [erase(pod), podSpec(stops), 'containers.0.lifecycle', 'ContainerStopSignals'],
  [
    erase(pod),
    podSpec(projected({ clusterTrustBundle: { name: 'b', path: 'p' } })),
    'volumes.0.projected.sources.0.clusterTrustBundle',
    'ClusterTrustBundleProjection',
  ],
  [
    erase(pod),
    podSpec(projected({ podCertificate: { signerName: 'a/b', keyType: 'ED25519', keyPath: 'p' } })),
    'volumes.0.projected.sources.0.podCertificate',
    'PodCertificateRequest',
  ],
  [erase(deployment), { template: template(group) }, 'template.spec.schedulingGroup', 'GenericWorkload'],
  [erase(statefulSet), { template: template(group) }, 'template.spec.schedulingGroup', 'GenericWorkload'],
  [
    erase(statefulSet),
    { template: template({}), updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 2 } } },
    'updateStrategy.rollingUpdate.maxUnavailable',
    'MaxUnavailableStatefulSet',
  ],
  [
    erase(cronJob),
    { jobTemplate: { spec: { template: template(stops) } } },
    'jobTemplate.spec.template.spec.containers.0.lifecycle.stopSignal',
    'ContainerStopSignals',
  ],
  [erase(lease), { strategy: 'OldestEmulationVersion' }, 'strategy', 'CoordinatedLeaderElection'],
  [erase(lease), { preferredHolder: 'a' }, 'preferredHolder', 'CoordinatedLeaderElection'],
  [
    erase(persistentVolumeClaim),
    { dataSourceRef: { apiGroup: 'a.b', kind: 'K', name: 'n', namespace: 'x' } },
    'dataSourceRef',
    'CrossNamespaceVolumeDataSource',
  ],
  [erase(csiDriver), { preventPodSchedulingIfMissing: true }, 'preventPodSchedulingIfMissing', 'VolumeLimitScaling'],
  [
    erase(resourceSlice),
    device({ attributes: { a: { ints: [1] } } }),
    'devices.0.attributes.a.ints',
    'DRAListTypeAttributes',
  ],
  [
    erase(resourceSlice),
    device({ nodeAllocatableResourceMappings: { cpu: { allocationMultiplier: '1' } } }),
    'devices.0.nodeAllocatableResourceMappings',
    'DRANodeAllocatableResources',
  ],
  [erase(podGroup), { schedulingPolicy, priority: 5 }, 'priority', 'WorkloadAwarePreemption'],
  [
    erase(workload),
    { podGroupTemplates: [{ name: 'a', schedulingPolicy, resourceClaims: [{ name: 'c' }] }] },
    'podGroupTemplates.0.resourceClaims',
    'DRAWorkloadResourceClaims',
  ],
];

test('what may be said has a default where it has one', () => {
  const set = decode(statefulSet.schema.shape, { metadata: {}, spec: { template: template({}) } }) as StatefulSet;
  statefulSet.default?.(set);
  const maxUnavailable = (...open: FieldGate[]) => {
    statefulSet.prepareForCreate!(set, { now: 0, gates: new Set(open), warn: () => {} });
    return set.spec.updateStrategy.rollingUpdate?.maxUnavailable;
  };
  assert.equal(maxUnavailable('MaxUnavailableStatefulSet'), 1);
  assert.equal(maxUnavailable(), undefined);
});

test('a member whose gate is shut is dropped, unless it is there already', () => {
  for (const [kind, spec, path, gate] of table) {
    const anObject = () => decode(kind.schema.shape, { metadata: { name: 'x' }, spec }) as KubeObject & { spec: Json };
    const isThere = ({ spec: of }: { spec: Json }) => {
      const found = path.split('.').reduce<unknown>((at, name) => (at as Json | undefined)?.[name], of);
      return found !== undefined && found !== null;
    };
    const made = (...open: FieldGate[]) => {
      const object = anObject();
      kind.prepareForCreate!(object, { now: 0, gates: new Set(open), warn: () => {} });
      return object;
    };
    const said = `${kind.kind} ${path}`;
    assert.ok(isThere(anObject()), `${said} was given`);
    assert.ok(!isThere(made()), `${said} is dropped`);
    assert.ok(isThere(made(gate)), `${said} is kept by ${gate}`);
    const updated = (old: KubeObject) => {
      const next = anObject();
      kind.prepareForUpdate!(next, old, { now: 0, gates: new Set(), warn: () => {} });
      return next;
    };
    assert.ok(isThere(updated(made(gate))), `${said} stays`);
    assert.ok(!isThere(updated(made())), `${said} is not added`);
  }
});
