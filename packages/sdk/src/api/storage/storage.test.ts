import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../machinery/index.ts';
import { erase } from '../../schema/index.ts';
import { persistentVolume, persistentVolumeClaim } from '../core/index.ts';
import { anObject, assertRefusals, type RefusalRow } from '../refusal-rows.ts';
import {
  csiDriver,
  csiNode,
  csiStorageCapacity,
  storageClass,
  volumeAttachment,
  volumeAttributesClass,
} from './index.ts';

const pv = (spec: object = {}) => ({
  spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], nfs: { server: 's', path: '/p' }, ...spec },
});
const pvc = (spec: object = {}, status: object = {}) => ({
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '2Gi' } }, ...spec },
  status,
});
const csi = { driver: 'd.example.org', volumeHandle: 'h' };
const [volume, claim] = [erase(persistentVolume), erase(persistentVolumeClaim)];
const classRow = { provisioner: 'example.org/disk' };

const onNode = (name: string) => ({
  required: {
    nodeSelectorTerms: [{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [name] }] }],
  },
});

const rows: readonly RefusalRow[] = [
  { of: volume, next: pv(), want: [] },
  {
    of: volume,
    next: pv({ capacity: {} }),
    want: ['spec.capacity: Required value', 'spec.capacity: Unsupported value: {}: supported values: "storage"'],
  },
  { of: volume, next: pv({ csi }), want: ['spec.csi: Forbidden: may not specify more than 1 volume type'] },
  { of: volume, next: pv({ flexVolume: { driver: 'd' } }), want: [] },
  {
    of: volume,
    next: pv({ nfs: null, local: { path: '/a/../b' } }),
    want: [
      'spec.local.path: Invalid value: "/a/../b": must not contain \'..\'',
      'spec.nodeAffinity: Required value: Local volume requires node affinity',
    ],
  },
  {
    of: volume,
    next: pv({ nfs: null, hostPath: { path: '/a/..' }, persistentVolumeReclaimPolicy: 'Recycle' }),
    want: [
      'spec.hostPath.path: Invalid value: "/a/..": must not contain \'..\'',
      "spec.persistentVolumeReclaimPolicy: Forbidden: may not be 'recycle' for a hostPath mount of '/'",
    ],
  },
  {
    of: volume,
    next: pv({ nodeAffinity: onNode('b') }),
    old: pv({ nodeAffinity: onNode('a') }),
    turned: ['MutablePVNodeAffinity'],
    want: [],
  },
  { of: volume, next: pv({ nodeAffinity: onNode('b') }), old: pv(), want: [] },
  {
    of: volume,
    next: pv(),
    old: pv({ nodeAffinity: onNode('a') }),
    want: ['nodeAffinity: Invalid value: null: field is immutable, except for updating from beta label to GA'],
  },
  {
    of: volume,
    next: pv({ volumeMode: 'Block' }),
    old: pv(),
    want: ['volumeMode: Invalid value: "Block": field is immutable'],
  },
  {
    of: volume,
    next: pv({ nfs: null, csi: { ...csi, controllerExpandSecretRef: { name: 'n', namespace: 's' } } }),
    old: pv({ nfs: null, csi }),
    want: [],
  },
  { of: claim, next: pvc(), want: [] },
  { of: claim, next: pvc({ volumeName: 'v' }), old: pvc(), want: [] },
  {
    of: claim,
    next: pvc({ resources: { requests: { storage: '1Gi' } } }, { phase: 'Bound', capacity: { storage: '1Gi' } }),
    old: pvc({}, { phase: 'Bound', capacity: { storage: '1Gi' } }),
    want: ['spec.resources.requests.storage: Forbidden: field can not be less than status.capacity'],
  },
  { of: claim, next: pvc({ storageClassName: 'a' }), old: pvc(), want: [] },
  {
    of: erase(storageClass),
    next: { ...classRow, allowedTopologies: [{ matchLabelExpressions: [{ key: 'zone', values: ['a', 'a'] }] }] },
    want: ['allowedTopologies[0].matchLabelExpressions[0].values[1]: Duplicate value: "a"'],
  },
  {
    of: erase(storageClass),
    next: { ...classRow, parameters: {} },
    old: { ...classRow, parameters: { a: 'b' } },
    want: ['parameters: Invalid value: {}: field is immutable'],
  },
  {
    of: erase(csiDriver),
    next: { spec: { attachRequired: false, serviceAccountTokenInSecrets: true } },
    old: { spec: {} },
    want: [
      'spec.serviceAccountTokenInSecrets: Invalid value: true: serviceAccountTokenInSecrets is set but no tokenRequests are specified',
      'spec.attachedRequired: Invalid value: false: field is immutable',
    ],
  },
  {
    of: erase(csiNode),
    next: { spec: { drivers: [{ name: 'd.example.org', nodeID: 'b', topologyKeys: [], allocatable: { count: 1 } }] } },
    old: { spec: { drivers: [{ name: 'd.example.org', nodeID: 'a', topologyKeys: null }] } },
    want: [
      'spec.drivers: Invalid value: {"Name":"d.example.org","NodeID":"b","TopologyKeys":[],"Allocatable":null}: field is immutable',
    ],
  },
  {
    of: erase(csiStorageCapacity),
    next: { storageClassName: 'b', capacity: '-1' },
    old: { storageClassName: 'a' },
    want: [
      'capacity: Invalid value: "-1": must be greater than or equal to 0',
      'storageClassName: Invalid value: "b": field is immutable',
    ],
  },
  {
    of: erase(volumeAttachment),
    next: { spec: { attacher: 'd.example.org', nodeName: 'n', source: { inlineVolumeSpec: pv().spec } } },
    want: [
      'spec.source.inlineVolumeSpec.capacity: Forbidden: may not be specified in the context of inline volumes',
      'spec.source.inlineVolumeSpec.csi: Required value: has to be specified in the context of inline volumes',
    ],
  },
  {
    of: erase(volumeAttributesClass),
    next: { driverName: 'd.example.org' },
    old: { driverName: 'e.example.org', parameters: { a: 'b' } },
    want: [
      'parameters: Required value: must contain at least one key/value pair',
      'driverName: Forbidden: updates to driverName are forbidden.',
      'parameters: Forbidden: updates to parameters are forbidden.',
    ],
  },
];

test('what is refused', () => assertRefusals(rows));

test('what fills a claim is said both ways', () => {
  const snapshot = { apiGroup: 'snapshot.storage.k8s.io', kind: 'VolumeSnapshot', name: 's' };
  const table: [given: object, dataSource: unknown, dataSourceRef: unknown][] = [
    [{ dataSource: snapshot }, snapshot, snapshot],
    [{ dataSourceRef: snapshot }, snapshot, snapshot],
    [{ dataSource: { ...snapshot, kind: 'Other' } }, undefined, undefined],
    [{ dataSourceRef: { ...snapshot, namespace: 'far' } }, undefined, undefined],
  ];
  for (const [given, dataSource, dataSourceRef] of table) {
    const object = anObject(claim, pvc(given)) as { spec?: Record<string, unknown> } & KubeObject;
    claim.prepareForCreate!(object, { now: 0, warn: () => {} });
    assert.deepEqual([object.spec!['dataSource'], object.spec!['dataSourceRef']], [dataSource, dataSourceRef]);
  }
});

test('when a volume changed its phase is told', () => {
  const { prepareForUpdate } = volume.status as { prepareForUpdate: NonNullable<typeof volume.prepareForUpdate> };
  const at = '1970-01-01T00:00:01Z';
  const table: [next: object, want: string | undefined][] = [
    [{ phase: 'Bound' }, at],
    [{ phase: 'Pending' }, '1969-01-01T00:00:00Z'],
    [{ phase: 'Bound', lastPhaseTransitionTime: '1971-01-01T00:00:00Z' }, '1971-01-01T00:00:00Z'],
  ];
  for (const [status, want] of table) {
    const next = anObject(volume, { ...pv(), status }) as KubeObject & {
      status?: { lastPhaseTransitionTime?: string };
    };
    const old = anObject(volume, {
      ...pv(),
      status: { phase: 'Pending', lastPhaseTransitionTime: '1969-01-01T00:00:00Z' },
    });
    prepareForUpdate(next, old, { now: 1000, warn: () => {} });
    assert.equal(next.status!.lastPhaseTransitionTime, want);
  }
});
