import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ServerScene, serverScene } from './server-scene.ts';

const core = '/api/v1/namespaces/n';
const container = { name: 'c', image: 'i' };
const template = (spec: object) => ({ template: { metadata: { labels: { a: 'b' } }, spec } });
const amounts = (cpu: unknown) => template({ containers: [{ ...container, resources: { limits: { cpu } } }] });

const crds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const aDefinition = (p: object) => ({
  metadata: { name: 'as.a.b' },
  spec: {
    group: 'a.b',
    names: { plural: 'as', kind: 'A' },
    scope: 'Cluster',
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', properties: { p: { type: 'string', ...p } } } },
      },
    ],
  },
});

/** What is made of a value, at a path into the answer; found by asking a real API server. */
const kept: readonly (readonly [path: string, object: object, at: string, want: unknown])[] = [
  // Amounts stay as they were written, where that is canonical but for a sign, a point or zeros.
  ...(['+5', '5.', '010'] as const).map(
    (cpu) => [`${core}/podtemplates`, amounts(cpu), 'template.spec.containers.0.resources.limits.cpu', cpu] as const,
  ),
  [`${core}/podtemplates`, amounts(' 7 '), 'template.spec.containers.0.resources.limits.cpu', '7'],
  [`${core}/resourcequotas`, { spec: { hard: { cpu: '1.0001' } } }, 'spec.hard.cpu', '1001m'],
  [`${core}/limitranges`, { spec: { limits: [{ type: 'Pod', max: { cpu: '1u' } }] } }, 'spec.limits.0.max.cpu', '1m'],
  ['/api/v1/nodes', { status: { capacity: { cpu: '1500u' } } }, 'status.allocatable.cpu', '2m'],
  [
    '/apis/node.k8s.io/v1/runtimeclasses',
    { handler: 'h', overhead: { podFixed: { cpu: '1u' } } },
    'overhead.podFixed.cpu',
    '1u',
  ],
  // The finest that 64 bits can't count as whole or not counts as whole.
  [`${core}/resourcequotas`, { spec: { hard: { pods: '12E' } } }, 'spec.hard.pods', '12E'],
  // What is read again after a dry run has been given its template's labels.
  [
    '/apis/batch/v1/namespaces/n/jobs',
    { spec: { template: { spec: { restartPolicy: 'Never', containers: [container] } } } },
    'metadata.labels.job-name',
    'x',
  ],
  [
    crds,
    aDefinition({ items: 3, patternProperties: {} }),
    'spec.versions.0.schema.openAPIV3Schema.properties.p',
    { type: 'string' },
  ],
  ['/api/v1/nodes', { status: { config: { error: 'e' } } }, 'status.config', undefined],
  ['/apis/resource.k8s.io/v1/deviceclasses', { metadata: { generateName: 'a.' }, spec: {} }, 'kind', 'DeviceClass'],
];

/** What is said of a value that is refused, after `KIND "x" is invalid: `. */
const refused: readonly [path: string, object: object, want: string][] = [
  [
    `${core}/resourcequotas`,
    { spec: { hard: { pods: '1.0001' } } },
    'spec.hard[pods]: Invalid value: "1001m": must be an integer',
  ],
  // Thousandths overflow 64 bits.
  [
    `${core}/resourcequotas`,
    { spec: { hard: { pods: '1234567890123456789' } } },
    'spec.hard[pods]: Invalid value: "1234567890123456789": must be an integer',
  ],
  [
    '/api/v1/persistentvolumes',
    {
      spec: { capacity: { storage: '12345678901234567890' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/a' } },
    },
    'spec.capacity[storage]: Invalid value: -6101065172474983726: must be a valid resource quantity',
  ],
  [
    '/apis/scheduling.k8s.io/v1/priorityclasses',
    { value: 1, preemptionPolicy: '' },
    'preemptionPolicy: Required value',
  ],
  [
    `${core}/podtemplates`,
    template({ containers: [container], resources: { claims: [] } }),
    'template.spec.resources.claims: Forbidden: claims may not be set for Resources at pod-level',
  ],
  [
    `${core}/podtemplates`,
    template({ containers: [container], ephemeralContainers: [{ ...container, name: 'e', resizePolicy: [] }] }),
    '[template.spec.ephemeralContainers[0].resizePolicy: Forbidden: cannot be set for an Ephemeral Container, template.spec.ephemeralContainers: Forbidden: ephemeral containers not allowed in pod template]',
  ],
  [
    crds,
    aDefinition({ dependencies: {} }),
    'spec.validation.openAPIV3Schema.properties[p].dependencies: Forbidden: dependencies is not supported',
  ],
  [
    '/apis/resource.k8s.io/v1/resourceslices',
    {
      spec: {
        driver: 'd',
        nodeName: 'n',
        pool: { name: 'p', resourceSliceCount: 1, generation: 1 },
        devices: [],
        sharedCounters: [{ name: 'c', counters: { a: { value: '1' } } }],
      },
    },
    'spec: Invalid value: "": only one of `sharedCounters` or `devices` is allowed',
  ],
  [
    '/apis/rbac.authorization.k8s.io/v1/namespaces/n/rolebindings',
    {
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'r' },
      subjects: [{ kind: '<b>', name: 's' }],
    },
    'subjects[0].kind: Unsupported value: "<b>": supported values: "ServiceAccount", "User", "Group"',
  ],
  [
    '/api/v1/nodes',
    { status: { declaredFeatures: ['B', 'A/b', 'A/b'] } },
    '[status.declaredFeatures[1]: Invalid value: "A/b": list must be sorted alphabetically, status.declaredFeatures[2]: Duplicate value: "A/b"]',
  ],
  [
    '/apis/discovery.k8s.io/v1/namespaces/n/endpointslices',
    { addressType: 'IPv4', ports: [{ name: '.' }], endpoints: [{ addresses: [] }] },
    "[ports[0].name: Invalid value: \".\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?'), endpoints[0].addresses: Required value: must contain at least 1 address]",
  ],
];

async function aScene(): Promise<ServerScene> {
  const scene = await serverScene();
  await scene.given({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'n' } });
  return scene;
}

const ask = (scene: ServerScene, path: string, object: object) =>
  scene.ask('POST', `${path}?dryRun=All`, { metadata: { name: 'x' }, ...object });

test('what is kept of values', async (t) => {
  const scene = await aScene();
  t.after(() => scene.stop());
  for (const [path, object, at, want] of kept) {
    const { body, message } = await ask(scene, path, object);
    const found = at.split('.').reduce<unknown>((o, key) => (o as Record<string, unknown> | undefined)?.[key], body);
    assert.deepEqual(found, want, `${path} ${JSON.stringify(object)}: ${message}`);
  }
});

test('what is refused, and why', async (t) => {
  const scene = await aScene();
  t.after(() => scene.stop());
  for (const [path, object, want] of refused) {
    const { message, status } = await ask(scene, path, object);
    assert.equal(message.replace(/^\S+ ".*?" is invalid: /, ''), want, `${path} ${JSON.stringify(object)}: ${status}`);
  }
});
