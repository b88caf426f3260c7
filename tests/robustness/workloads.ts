/** One object of many kinds, each with what makes it of interest to who stores and reads it. NAMESPACE stands for the one to put them into. */
export const workloads: readonly { readonly path: string; readonly object: Record<string, unknown> }[] = [
  ['api/v1', 'configmaps', { data: { k: 'v', 'k.2': 'über 🌍\u2028' }, binaryData: { b: 'AAH/' } }],
  ['api/v1', 'secrets', { type: 'Opaque', stringData: { password: 'hunter2' } }],
  ['api/v1', 'serviceaccounts', { imagePullSecrets: [{ name: 'registry' }] }],
  ['api/v1', 'services', { spec: { selector: { app: 'a' }, ports: [{ port: 80, targetPort: 'http' }] } }],
  ['api/v1', 'pods', { spec: { ...podSpec().spec, hostAliases: [{ ip: '127.0.0.2', hostnames: ['a.example'] }] } }],
  ['api/v1', 'replicationcontrollers', { spec: { replicas: 2, template: podTemplate() } }],
  ['api/v1', 'resourcequotas', { spec: { hard: { pods: '100', 'requests.cpu': '1500m' } } }],
  [
    'api/v1',
    'limitranges',
    { spec: { limits: [{ type: 'Container', max: { memory: '64Gi' }, default: { memory: '1Gi' } }] } },
  ],
  [
    'api/v1',
    'persistentvolumeclaims',
    { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1.5Gi' } } } },
  ],
  ['apis/apps/v1', 'deployments', { spec: { selector: { matchLabels: { app: 'a' } }, template: podTemplate() } }],
  ['apis/apps/v1', 'replicasets', { spec: { selector: { matchLabels: { app: 'a' } }, template: podTemplate() } }],
  ['apis/apps/v1', 'daemonsets', { spec: { selector: { matchLabels: { app: 'a' } }, template: podTemplate() } }],
  [
    'apis/apps/v1',
    'statefulsets',
    { spec: { serviceName: 's', selector: { matchLabels: { app: 'a' } }, template: podTemplate() } },
  ],
  ['apis/batch/v1', 'jobs', { spec: { completions: 3, template: podSpec('Never') } }],
  [
    'apis/batch/v1',
    'cronjobs',
    { spec: { schedule: '*/5 * * * *', jobTemplate: { spec: { template: podSpec('OnFailure') } } } },
  ],
  [
    'apis/autoscaling/v2',
    'horizontalpodautoscalers',
    {
      spec: {
        maxReplicas: 5,
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'a' },
        metrics: [
          { type: 'Pods', pods: { metric: { name: 'hits' }, target: { type: 'AverageValue', averageValue: '10' } } },
        ],
      },
    },
  ],
  [
    'apis/networking.k8s.io/v1',
    'ingresses',
    { spec: { defaultBackend: { service: { name: 'a', port: { number: 80 } } } } },
  ],
  [
    'apis/networking.k8s.io/v1',
    'networkpolicies',
    { spec: { podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: '10.1.0.0/16', except: ['10.1.2.0/24'] } }] }] } },
  ],
  ['apis/policy/v1', 'poddisruptionbudgets', { spec: { maxUnavailable: '25%', selector: {} } }],
  [
    'apis/rbac.authorization.k8s.io/v1',
    'roles',
    { rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] }] },
  ],
  [
    'apis/rbac.authorization.k8s.io/v1',
    'rolebindings',
    {
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
      subjects: [{ kind: 'ServiceAccount', name: 'default', namespace: 'x' }],
    },
  ],
  [
    'apis/coordination.k8s.io/v1',
    'leases',
    { spec: { holderIdentity: 'h', renewTime: '2026-01-02T03:04:05.000006Z' } },
  ],
  [
    'apis/events.k8s.io/v1',
    'events',
    {
      regarding: { kind: 'Pod', namespace: 'NAMESPACE', name: 'p' },
      eventTime: '2026-01-02T03:04:05.000006Z',
      reportingController: 'example.org/c',
      reportingInstance: 'c-1',
      action: 'Look',
      reason: 'Seen',
      type: 'Normal',
    },
  ],
  [
    'apis/discovery.k8s.io/v1',
    'endpointslices',
    { addressType: 'IPv4', endpoints: [{ addresses: ['10.1.2.3'] }], ports: [{ name: 'http', port: 80 }] },
  ],
].map(([root, resource, object]) => ({
  path: `${root as string}/namespaces/NAMESPACE/${resource as string}`,
  object: { metadata: { name: `a-${resource as string}`, labels: { app: 'a' } }, ...(object as object) },
}));

function podSpec(restartPolicy = 'Always') {
  const main = {
    name: 'main',
    image: 'registry.example/app:1',
    env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
    ports: [{ name: 'http', containerPort: 80 }],
    resources: { requests: { cpu: '0.1', memory: '64Mi' }, limits: { memory: '128Mi' } },
    readinessProbe: { httpGet: { path: '/healthz', port: 'http' } },
  };
  return { spec: { restartPolicy, containers: [main], tolerations: [{ operator: 'Exists', key: 'k' }] } };
}

function podTemplate() {
  return { metadata: { labels: { app: 'a' } }, ...podSpec() };
}
