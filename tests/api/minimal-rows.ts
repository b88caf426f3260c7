const labels = { app: 'minimal' };
const selector = { matchLabels: labels };
const podSpec = { containers: [{ name: 'main', image: 'registry.example/app:1' }] };
const template = { metadata: { labels }, spec: podSpec };
const jobTemplate = { spec: { template: { spec: { ...podSpec, restartPolicy: 'Never' } } } };
const webhook = {
  name: 'check.example.com',
  admissionReviewVersions: ['v1'],
  sideEffects: 'None',
  // Of a kind that nobody has, so that it stands in nobody's way.
  rules: [{ apiGroups: ['none.example.com'], apiVersions: ['v1'], resources: ['nones'], operations: ['CREATE'] }],
  clientConfig: { url: 'https://webhook.example.com/check' },
};
const nowhere = { resourceRules: webhook.rules };
const deviceRequests = { requests: [{ name: 'gpu', exactly: { deviceClassName: 'gpu.example.com' } }] };
const storage = (size: string) => ({ resources: { requests: { storage: size } } });
/** A certificate request of `CN=minimal`, PEM in base64. */
export const certificateRequest = [
  'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlITU1IUUNBUUF3RWpFUU1BNEdBMVVFQXd3SGJXbHVhVzFo',
  'YkRCWk1CTUdCeXFHU000OUFnRUdDQ3FHU000OQpBd0VIQTBJQUJLVjl3d2szdEZoZUU4MXh4NjdWSWl2VEwvZmlRaGtZWXRZ',
  'bVFGeXRzMHNvNmxYYnladGhJNmsxCmpxQkUwelA1bFM5ME9jUUlQNS9xekUwRkt4eWRKbldnQURBS0JnZ3Foa2pPUFFRREFn',
  'TklBREJGQWlFQXpaOWkKRWtwVkFzTzhpeTBoOUNDQmlQUlRBcFFNWHZBV0o1SVowazBqYzlNQ0lIcFlseWZucEhmK2Rlajlp',
  'bjRKY1VySQovK0JzOVd5Mm4ydWVNYjFFK2JHbgotLS0tLUVORCBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0K',
].join('');
/** A change of what every object has, for kinds whose own fields may not change. */
const labelled = { metadata: { labels: { changed: 'yes' } } };

type Fields = Readonly<Record<string, unknown>>;

/** What a kind's object has besides its name, what may be merged into it later, and the name where not any will do. */
export type MinimalRow = readonly [apiVersion: string, kind: string, fields: Fields, change: Fields, name?: string];

/** A row for every kind that is stored by default; its objects that have a namespace are meant for this one. */
export const minimalRows = (namespace: string): readonly MinimalRow[] => [
  ['v1', 'ConfigMap', { data: { a: '1' } }, { data: { a: '2' } }],
  [
    'v1',
    'Endpoints',
    { subsets: [{ addresses: [{ ip: '10.1.2.3' }], ports: [{ port: 80 }] }] },
    { subsets: [{ addresses: [{ ip: '10.1.2.4' }], ports: [{ port: 80 }] }] },
  ],
  ['v1', 'Event', { involvedObject: { kind: 'Pod', name: 'p', namespace }, reason: 'Why' }, { count: 2 }],
  [
    'v1',
    'LimitRange',
    { spec: { limits: [{ type: 'Container', max: { cpu: '2' } }] } },
    { spec: { limits: [{ type: 'Container', max: { cpu: '3' } }] } },
  ],
  ['v1', 'Namespace', {}, labelled],
  ['v1', 'Node', {}, { spec: { unschedulable: true } }],
  [
    'v1',
    'PersistentVolume',
    { spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/data' } } },
    { spec: { capacity: { storage: '2Gi' } } },
  ],
  ['v1', 'PersistentVolumeClaim', { spec: { accessModes: ['ReadWriteOnce'], ...storage('1Gi') } }, labelled],
  ['v1', 'Pod', { spec: podSpec }, labelled],
  ['v1', 'PodTemplate', { template }, { template: { metadata: { annotations: { a: 'b' } } } }],
  [
    'v1',
    'ReplicationController',
    { spec: { replicas: 0, selector: labels, template } },
    { spec: { minReadySeconds: 3 } },
  ],
  ['v1', 'ResourceQuota', { spec: { hard: { 'count/nones.example.com': '9' } } }, { spec: { hard: { pods: '99' } } }],
  ['v1', 'Secret', { data: { a: 'Yg==' } }, { stringData: { c: 'd' } }],
  ['v1', 'Service', { spec: { selector: labels, ports: [{ port: 80 }] } }, { spec: { sessionAffinity: 'ClientIP' } }],
  ['v1', 'ServiceAccount', {}, { automountServiceAccountToken: false }],
  [
    'apiregistration.k8s.io/v1',
    'APIService',
    {
      spec: {
        // Not that of the definition, for which the server keeps one.
        group: 'aggregated.example.com',
        version: 'v1',
        groupPriorityMinimum: 100,
        versionPriority: 1,
        service: { namespace: 'default', name: 'none' },
        insecureSkipTLSVerify: true,
      },
    },
    { spec: { versionPriority: 2 } },
    'v1.aggregated.example.com',
  ],
  ['apps/v1', 'ControllerRevision', { revision: 1, data: { a: 1 } }, { revision: 2 }],
  ['apps/v1', 'DaemonSet', { spec: { selector, template } }, { spec: { minReadySeconds: 3 } }],
  ['apps/v1', 'Deployment', { spec: { replicas: 0, selector, template } }, { spec: { minReadySeconds: 3 } }],
  ['apps/v1', 'ReplicaSet', { spec: { replicas: 0, selector, template } }, { spec: { minReadySeconds: 3 } }],
  [
    'apps/v1',
    'StatefulSet',
    { spec: { replicas: 0, selector, serviceName: 'none', template } },
    { spec: { minReadySeconds: 3 } },
  ],
  [
    'events.k8s.io/v1',
    'Event',
    {
      eventTime: '2026-01-02T03:04:05.000006Z',
      action: 'Acted',
      reason: 'Why',
      type: 'Normal',
      reportingController: 'example.com/it',
      reportingInstance: 'it-0',
      regarding: { kind: 'Pod', name: 'p', namespace },
    },
    { series: { count: 2, lastObservedTime: '2026-01-02T03:05:05.000006Z' } },
    'minimal-new',
  ],
  [
    'autoscaling/v1',
    'HorizontalPodAutoscaler',
    { spec: { maxReplicas: 3, scaleTargetRef: { kind: 'Deployment', name: 'd', apiVersion: 'apps/v1' } } },
    { spec: { maxReplicas: 4 } },
    'minimal-v1',
  ],
  [
    'autoscaling/v2',
    'HorizontalPodAutoscaler',
    { spec: { maxReplicas: 3, scaleTargetRef: { kind: 'Deployment', name: 'd', apiVersion: 'apps/v1' } } },
    { spec: { maxReplicas: 4 } },
  ],
  [
    'batch/v1',
    'CronJob',
    { spec: { schedule: '@daily', suspend: true, jobTemplate } },
    { spec: { schedule: '@hourly' } },
  ],
  ['batch/v1', 'Job', { spec: { suspend: true, ...jobTemplate.spec } }, { spec: { activeDeadlineSeconds: 60 } }],
  [
    'certificates.k8s.io/v1',
    'CertificateSigningRequest',
    { spec: { signerName: 'example.com/signer', usages: ['client auth'], request: certificateRequest } },
    labelled,
  ],
  ['coordination.k8s.io/v1', 'Lease', { spec: { holderIdentity: 'one' } }, { spec: { holderIdentity: 'two' } }],
  [
    'discovery.k8s.io/v1',
    'EndpointSlice',
    { addressType: 'IPv4', endpoints: [{ addresses: ['10.1.2.3'] }], ports: [{ port: 80 }] },
    { endpoints: [{ addresses: ['10.1.2.4'] }] },
  ],
  [
    'networking.k8s.io/v1',
    'Ingress',
    { spec: { defaultBackend: { service: { name: 'web', port: { number: 80 } } } } },
    { spec: { rules: [{ host: 'a.example.com' }] } },
  ],
  ['networking.k8s.io/v1', 'IngressClass', { spec: { controller: 'example.com/ingress' } }, labelled],
  [
    'networking.k8s.io/v1',
    'IPAddress',
    { spec: { parentRef: { resource: 'services', namespace: 'default', name: 'none' } } },
    labelled,
    '192.0.2.1',
  ],
  ['networking.k8s.io/v1', 'NetworkPolicy', { spec: { podSelector: {} } }, { spec: { policyTypes: ['Egress'] } }],
  ['networking.k8s.io/v1', 'ServiceCIDR', { spec: { cidrs: ['192.0.2.0/24'] } }, labelled],
  ['node.k8s.io/v1', 'RuntimeClass', { handler: 'runc' }, { scheduling: { nodeSelector: { a: 'b' } } }],
  ['policy/v1', 'PodDisruptionBudget', { spec: { minAvailable: 1, selector } }, { spec: { minAvailable: 2 } }],
  [
    'rbac.authorization.k8s.io/v1',
    'Role',
    { rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] },
    { rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['list'] }] },
  ],
  [
    'rbac.authorization.k8s.io/v1',
    'RoleBinding',
    { roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'r' } },
    { subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'ada' }] },
  ],
  [
    'rbac.authorization.k8s.io/v1',
    'ClusterRole',
    { rules: [{ nonResourceURLs: ['/metrics'], verbs: ['get'] }] },
    { rules: [{ nonResourceURLs: ['/metrics'], verbs: ['*'] }] },
  ],
  [
    'rbac.authorization.k8s.io/v1',
    'ClusterRoleBinding',
    { roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'r' } },
    { subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'ada' }] },
  ],
  [
    'admissionregistration.k8s.io/v1',
    'ValidatingWebhookConfiguration',
    { webhooks: [webhook] },
    { webhooks: [{ ...webhook, timeoutSeconds: 5 }] },
  ],
  [
    'admissionregistration.k8s.io/v1',
    'MutatingWebhookConfiguration',
    { webhooks: [webhook] },
    { webhooks: [{ ...webhook, timeoutSeconds: 5 }] },
  ],
  [
    'admissionregistration.k8s.io/v1',
    'ValidatingAdmissionPolicy',
    { spec: { matchConstraints: nowhere, validations: [{ expression: 'true' }] } },
    { spec: { failurePolicy: 'Ignore' } },
  ],
  [
    'admissionregistration.k8s.io/v1',
    'ValidatingAdmissionPolicyBinding',
    { spec: { policyName: 'none', validationActions: ['Deny'] } },
    { spec: { validationActions: ['Deny', 'Audit'] } },
  ],
  [
    'admissionregistration.k8s.io/v1',
    'MutatingAdmissionPolicy',
    {
      spec: {
        matchConstraints: nowhere,
        reinvocationPolicy: 'Never',
        mutations: [{ patchType: 'ApplyConfiguration', applyConfiguration: { expression: 'Object{}' } }],
      },
    },
    { spec: { failurePolicy: 'Ignore' } },
  ],
  [
    'admissionregistration.k8s.io/v1',
    'MutatingAdmissionPolicyBinding',
    { spec: { policyName: 'none' } },
    { spec: { policyName: 'other' } },
  ],
  [
    'apiextensions.k8s.io/v1',
    'CustomResourceDefinition',
    {
      spec: {
        group: 'minimal.example.com',
        scope: 'Namespaced',
        names: { plural: 'minimals', singular: 'minimal', kind: 'Minimal', listKind: 'MinimalList' },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
      },
    },
    { spec: { names: { shortNames: ['mini'] } } },
    'minimals.minimal.example.com',
  ],
  ['scheduling.k8s.io/v1', 'PriorityClass', { value: 1000 }, { description: 'changed' }],
  ['resource.k8s.io/v1', 'DeviceClass', { spec: {} }, { spec: { selectors: [{ cel: { expression: 'true' } }] } }],
  ['resource.k8s.io/v1', 'ResourceClaim', { spec: { devices: deviceRequests } }, labelled],
  ['resource.k8s.io/v1', 'ResourceClaimTemplate', { spec: { spec: { devices: deviceRequests } } }, labelled],
  [
    'resource.k8s.io/v1',
    'ResourceSlice',
    {
      spec: {
        driver: 'gpu.example.com',
        nodeName: 'n',
        pool: { name: 'n', generation: 1, resourceSliceCount: 1 },
        devices: [{ name: 'd' }],
      },
    },
    { spec: { devices: [{ name: 'd' }, { name: 'e' }] } },
  ],
  ['storage.k8s.io/v1', 'CSIDriver', { spec: {} }, { spec: { podInfoOnMount: true } }, 'minimal.example.com'],
  [
    'storage.k8s.io/v1',
    'CSINode',
    { spec: { drivers: [{ name: 'minimal.example.com', nodeID: 'n' }] } },
    { spec: { drivers: [{ name: 'minimal.example.com', nodeID: 'n', allocatable: { count: 1 } }] } },
  ],
  ['storage.k8s.io/v1', 'CSIStorageCapacity', { storageClassName: 'fast' }, { capacity: '1Gi' }],
  ['storage.k8s.io/v1', 'StorageClass', { provisioner: 'minimal.example.com' }, { allowVolumeExpansion: true }],
  [
    'storage.k8s.io/v1',
    'VolumeAttachment',
    { spec: { attacher: 'minimal.example.com', nodeName: 'n', source: { persistentVolumeName: 'pv' } } },
    labelled,
  ],
  [
    'storage.k8s.io/v1',
    'VolumeAttributesClass',
    { driverName: 'minimal.example.com', parameters: { iops: '100' } },
    labelled,
  ],
  [
    'flowcontrol.apiserver.k8s.io/v1',
    'FlowSchema',
    { spec: { priorityLevelConfiguration: { name: 'catch-all' } } },
    { spec: { matchingPrecedence: 9000 } },
  ],
  [
    'flowcontrol.apiserver.k8s.io/v1',
    'PriorityLevelConfiguration',
    { spec: { type: 'Limited', limited: { limitResponse: { type: 'Reject' } } } },
    { spec: { limited: { nominalConcurrencyShares: 5 } } },
  ],
];
