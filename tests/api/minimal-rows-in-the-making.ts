import { certificateRequest, type MinimalRow, minimalRows } from './minimal-rows.ts';

const labelled = { metadata: { labels: { changed: 'yes' } } };
const oldDevices = { requests: [{ name: 'gpu', deviceClassName: 'gpu.example.com' }] };
const gang = { gang: { minCount: 2 } };
/** The bytes of the request that stands in PEM. */
const stubRequest = Buffer.from(certificateRequest, 'base64')
  .toString()
  .replace(/-----[^-]+-----|\s/g, '');

/** A row for every kind and version that is served only where somebody asks for it. `ca` is a certificate that may sign. */
export function minimalRowsInTheMaking(namespace: string, ca: string): readonly MinimalRow[] {
  const known = minimalRows(namespace);
  const inVersion = (apiVersion: string, ...kinds: readonly string[]): MinimalRow[] =>
    kinds.map((kind) => {
      const [, , ...rest] = known.find(([v, k]) => k === kind && v.split('/')[0] === apiVersion.split('/')[0])!;
      return [apiVersion, kind, ...rest];
    });
  const policies = ['MutatingAdmissionPolicy', 'MutatingAdmissionPolicyBinding'];
  const devices = ['DeviceClass', 'ResourceClaim', 'ResourceClaimTemplate', 'ResourceSlice'];
  const taint = { spec: { taint: { key: 'broken', effect: 'NoSchedule' } } };
  const candidate = {
    leaseName: 'lease',
    binaryVersion: '1.36.0',
    emulationVersion: '1.36.0',
    strategy: 'OldestEmulationVersion',
  };
  return [
    ...inVersion('admissionregistration.k8s.io/v1beta1', ...policies),
    ...inVersion('admissionregistration.k8s.io/v1alpha1', ...policies),
    ['certificates.k8s.io/v1alpha1', 'ClusterTrustBundle', { spec: { trustBundle: ca } }, labelled],
    ['certificates.k8s.io/v1beta1', 'ClusterTrustBundle', { spec: { trustBundle: ca } }, labelled],
    [
      'certificates.k8s.io/v1beta1',
      'PodCertificateRequest',
      {
        spec: {
          signerName: 'example.com/signer',
          podName: 'p',
          podUID: 'p-uid',
          serviceAccountName: 'default',
          serviceAccountUID: 'sa-uid',
          nodeName: 'n',
          nodeUID: 'n-uid',
          stubPKCS10Request: stubRequest,
        },
      },
      labelled,
    ],
    ['coordination.k8s.io/v1alpha2', 'LeaseCandidate', { spec: candidate }, labelled],
    ['coordination.k8s.io/v1beta1', 'LeaseCandidate', { spec: candidate }, labelled],
    ['internal.apiserver.k8s.io/v1alpha1', 'StorageVersion', { spec: {} }, labelled, 'minimal.example.com.minimals'],
    ...inVersion('networking.k8s.io/v1beta1', 'IPAddress', 'ServiceCIDR'),
    ...inVersion('resource.k8s.io/v1beta2', ...devices),
    [
      'resource.k8s.io/v1beta1',
      'DeviceClass',
      { spec: {} },
      { spec: { selectors: [{ cel: { expression: 'true' } }] } },
    ],
    ['resource.k8s.io/v1beta1', 'ResourceClaim', { spec: { devices: oldDevices } }, labelled],
    ['resource.k8s.io/v1beta1', 'ResourceClaimTemplate', { spec: { spec: { devices: oldDevices } } }, labelled],
    [
      'resource.k8s.io/v1beta1',
      'ResourceSlice',
      {
        spec: {
          driver: 'gpu.example.com',
          nodeName: 'n',
          pool: { name: 'n', generation: 1, resourceSliceCount: 1 },
          devices: [{ name: 'd', basic: {} }],
        },
      },
      { spec: { devices: [] } },
    ],
    ['resource.k8s.io/v1beta2', 'DeviceTaintRule', taint, { spec: { taint: { effect: 'None' } } }],
    ['resource.k8s.io/v1alpha3', 'DeviceTaintRule', taint, { spec: { taint: { effect: 'None' } } }],
    ['resource.k8s.io/v1alpha3', 'ResourcePoolStatusRequest', { spec: { driver: 'gpu.example.com' } }, labelled],
    ['scheduling.k8s.io/v1alpha2', 'PodGroup', { spec: { schedulingPolicy: gang } }, labelled],
    [
      'scheduling.k8s.io/v1alpha2',
      'Workload',
      { spec: { podGroupTemplates: [{ name: 'workers', schedulingPolicy: gang }] } },
      { spec: { controllerRef: null }, ...labelled },
    ],
    ...inVersion('storage.k8s.io/v1beta1', 'VolumeAttributesClass'),
    [
      'storagemigration.k8s.io/v1beta1',
      'StorageVersionMigration',
      { spec: { resource: { group: 'apps', resource: 'deployments' } } },
      labelled,
    ],
  ];
}
