import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../machinery/index.ts';
import { type AnyKind, decode, erase } from '../../schema/index.ts';
import { replicaSet } from '../apps/replicaset.ts';
import { deployment } from '../apps/deployment.ts';
import { type StatefulSet, statefulSet } from '../apps/statefulset.ts';
import { cronJob } from '../batch/cronjob.ts';
import { lease } from '../coordination/lease.ts';
import { horizontalPodAutoscaler } from '../autoscaling/horizontalpodautoscaler.ts';
import { node, type Node } from '../core/node.ts';
import { persistentVolumeClaim } from '../core/persistentvolumeclaim/persistentvolumeclaim.ts';
import { pod } from '../core/pod/pod.ts';
import { deviceClass } from '../resource/deviceclass.ts';
import { resourceClaim } from '../resource/resourceclaim.ts';
import { resourceClaimTemplate } from '../resource/resourceclaimtemplate.ts';
import { resourceSlice } from '../resource/resourceslice.ts';
import { podGroup } from '../scheduling/podgroup.ts';
import { workload } from '../scheduling/workload.ts';
import { csiDriver } from '../storage/csidriver.ts';
import { type FieldGate, fieldGates } from './field-gates.ts';

type Json = Record<string, unknown>;

const container = { name: 'c', image: 'i' };
const podSpec = (more: Json) => ({ containers: [container], ...more });
const template = (more: Json) => ({ metadata: {}, spec: podSpec(more) });
const projected = (source: Json) => ({ volumes: [{ name: 'v', projected: { sources: [source] } }] });
const stops = { containers: [{ ...container, lifecycle: { stopSignal: 'SIGUSR1' } }] };
const group = { schedulingGroup: { podGroupName: 'g' } };
const device = (more: Json) => ({ devices: [{ name: 'd', ...more }] });
const schedulingPolicy = { basic: {} };
const spread = { maxSkew: 1, topologyKey: 'k', whenUnsatisfiable: 'DoNotSchedule' };
const fileKey = { key: 'k', volumeName: 'v', path: 'p' };
const restartRule = { action: 'Restart', exitCodes: { operator: 'In', values: [1] } };
const alternative = { name: 'a', deviceClassName: 'c' };
const claim = (more: Json) => ({ devices: { requests: [{ name: 'r', ...more }] } });

/** A kind, the spec of one of its objects, where the gated member is, and its gate. */
const table: [kind: AnyKind, spec: Json, path: string, ...gates: FieldGate[]][] = [
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
  [erase(pod), podSpec({ resources: { limits: { cpu: '1' } } }), 'resources', 'PodLevelResources'],
  [erase(pod), podSpec({ hostnameOverride: 'h' }), 'hostnameOverride', 'HostnameOverride'],
  [
    erase(pod),
    podSpec({ topologySpreadConstraints: [{ ...spread, matchLabelKeys: ['a'] }] }),
    'topologySpreadConstraints.0.matchLabelKeys',
    'MatchLabelKeysInPodTopologySpread',
  ],
  [
    erase(pod),
    podSpec({ containers: [{ ...container, env: [{ name: 'A', valueFrom: { fileKeyRef: fileKey } }] }] }),
    'containers.0.env.0.valueFrom.fileKeyRef',
    'EnvFiles',
  ],
  [
    erase(pod),
    podSpec({ containers: [{ ...container, restartPolicy: 'Never' }] }),
    'containers.0.restartPolicy',
    'ContainerRestartRules',
  ],
  [
    erase(pod),
    podSpec({ initContainers: [{ ...container, restartPolicy: 'Never', restartPolicyRules: [restartRule] }] }),
    'initContainers.0.restartPolicyRules',
    'ContainerRestartRules',
  ],
  [
    erase(horizontalPodAutoscaler),
    { scaleTargetRef: {}, maxReplicas: 1, behavior: { scaleUp: { tolerance: '0.1' } } },
    'behavior.scaleUp.tolerance',
    'HPAConfigurableTolerance',
  ],
  [erase(deviceClass), { extendedResourceName: 'a.b/c' }, 'extendedResourceName', 'DRAExtendedResource'],
  [
    erase(resourceSlice),
    device({ taints: [{ key: 'a', effect: 'NoSchedule' }] }),
    'devices.0.taints',
    'DRADeviceTaints',
  ],
  [
    erase(resourceSlice),
    { ...device({}), sharedCounters: [{ name: 'c', counters: {} }] },
    'sharedCounters',
    'DRAPartitionableDevices',
  ],
  [erase(resourceSlice), device({ allNodes: true }), 'devices.0.allNodes', 'DRAPartitionableDevices'],
  [
    erase(resourceSlice),
    device({ bindsToNode: true }),
    'devices.0.bindsToNode',
    'DRADeviceBindingConditions',
    'DRAResourceClaimDeviceStatus',
  ],
  [
    erase(resourceSlice),
    device({ capacity: { a: { value: '1', requestPolicy: { default: '1' } } } }),
    'devices.0.capacity.a.requestPolicy',
    'DRAConsumableCapacity',
  ],
  [
    erase(resourceClaim),
    claim({ firstAvailable: [alternative] }),
    'devices.requests.0.firstAvailable',
    'DRAPrioritizedList',
  ],
  [
    erase(resourceClaim),
    claim({ exactly: { deviceClassName: 'c', tolerations: [{ operator: 'Exists' }] } }),
    'devices.requests.0.exactly.tolerations',
    'DRADeviceTaints',
  ],
  [
    erase(resourceClaimTemplate),
    { spec: claim({ exactly: { deviceClassName: 'c', capacity: { requests: { a: '1' } } } }) },
    'spec.devices.requests.0.exactly.capacity',
    'DRAConsumableCapacity',
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
  for (const [kind, spec, path, ...gates] of table) {
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
    assert.ok(isThere(made(...gates)), `${said} is kept by ${gates.join(' and ')}`);
    for (const gate of gates.slice(1)) assert.ok(!isThere(made(gate)), `${said} is not kept by ${gate} alone`);
    const updated = (old: KubeObject) => {
      const next = anObject();
      kind.prepareForUpdate!(next, old, { now: 0, gates: new Set(), warn: () => {} });
      return next;
    };
    assert.ok(isThere(updated(made(...gates))), `${said} stays`);
    assert.ok(!isThere(updated(made())), `${said} is not added`);
  }
});

const allocation = { devices: { results: [{ request: 'r', driver: 'd', pool: 'p', device: 'x', shareID: 's' }] } };
const bound = {
  devices: { results: [{ request: 'r', driver: 'd', pool: 'p', device: 'x', bindingConditions: ['c'] }] },
};
const health = { name: 'a', resources: [{ resourceID: 'i', message: 'm' }] };

/** A kind, its status, where the gated member is, and its gate. */
const statuses: [kind: AnyKind, status: Json, path: string, gate: FieldGate][] = [
  [erase(deployment), { terminatingReplicas: 1 }, 'terminatingReplicas', 'DeploymentReplicaSetTerminatingReplicas'],
  [erase(replicaSet), { terminatingReplicas: 0 }, 'terminatingReplicas', 'DeploymentReplicaSetTerminatingReplicas'],
  [erase(pod), { allocatedResources: { cpu: '1' } }, 'allocatedResources', 'InPlacePodLevelResourcesVerticalScaling'],
  [
    erase(pod),
    { extendedResourceClaimStatus: { resourceClaimName: 'c', requestMappings: [] } },
    'extendedResourceClaimStatus',
    'DRAExtendedResource',
  ],
  [
    erase(pod),
    { containerStatuses: [{ name: 'c', allocatedResourcesStatus: [health] }] },
    'containerStatuses.0.allocatedResourcesStatus',
    'ResourceHealthStatus',
  ],
  [
    erase(pod),
    { containerStatuses: [{ name: 'c', allocatedResourcesStatus: [health] }] },
    'containerStatuses.0.allocatedResourcesStatus.0.resources.0.message',
    'ResourceHealthStatusMessage',
  ],
  [erase(resourceClaim), { allocation }, 'allocation.devices.results.0.shareID', 'DRAConsumableCapacity'],
  [
    erase(resourceClaim),
    { allocation: bound },
    'allocation.devices.results.0.bindingConditions',
    'DRADeviceBindingConditions',
  ],
  [
    erase(resourceClaim),
    { devices: [{ driver: 'd', pool: 'p', device: 'x' }] },
    'devices',
    'DRAResourceClaimDeviceStatus',
  ],
];

test('what a status may not say where its gate is shut is dropped, unless it was said already', () => {
  for (const [kind, status, path, gate] of statuses) {
    const anObject = (said: Json) =>
      decode(kind.schema.shape, { metadata: { name: 'x' }, spec: {}, status: said }) as Of;
    type Of = KubeObject & { status: Json };
    const after = (old: Json, ...shut: FieldGate[]) => {
      const next = anObject(status);
      const { status: part } = kind;
      assert.ok(typeof part === 'object');
      const gates = new Set(fieldGates.filter((g) => !shut.includes(g)));
      part.prepareForUpdate!(next, anObject(old), { now: 0, gates, warn: () => {} });
      return path.split('.').reduce<unknown>((at, name) => (at as Json | undefined)?.[name], next.status);
    };
    const said = `${kind.kind} ${path}`;
    assert.notEqual(after({}), undefined, `${said} is kept`);
    assert.equal(after({}, gate), undefined, `${said} is dropped`);
    assert.notEqual(after(status, gate), undefined, `${said} stays`);
  }
});

test('nodes say what they can do where that is on, or where they have said so before', () => {
  const aNode = (declaredFeatures?: string[]) =>
    decode(node.schema.shape, {
      metadata: { name: 'n' },
      status: { ...(declaredFeatures && { declaredFeatures }) },
    }) as Node;
  const updated = (before: Node, ...gates: string[]) => {
    const next = aNode(['B']);
    node.prepareForUpdate!(next, before, { now: 0, gates: new Set(gates), warn: () => {} });
    return next.status.declaredFeatures;
  };
  assert.equal(updated(aNode()), undefined);
  assert.deepEqual(updated(aNode(['A'])), ['B']);
  assert.deepEqual(updated(aNode(), 'NodeDeclaredFeatures'), ['B']);
});
