import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serverScene } from '../server-scene.ts';

const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };
const workload = { spec: { selector: { matchLabels: { a: 'b' } }, template } };
const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'r' };
const none = { webhooks: [] };

/**
 * How often upstream's rules look at the metadata of an object with a bad label (L), a bad finalizer (G), which is no finalizer of
 * Kubernetes' own either (F), and where their look at the rest (r) stands among these.
 */
// prettier-ignore
const rows: readonly [path: string, object: object, bad: object, looks: { create: string; update: string; status?: string }][] = [
  ['/api/v1/namespaces/n/configmaps', {}, { data: { '..': '' } }, { create: 'LGFr', update: 'LGLLFLGFr' }],
  ['/api/v1/namespaces/n/secrets', {}, { type: 'b', data: { '..': '' } }, { create: 'LGFr', update: 'LGLLFrLGFr' }],
  ['/api/v1/namespaces/n/limitranges', { spec: { limits: [] } }, { spec: { limits: [{ type: 'a b' }] } }, { create: 'LGFr', update: 'LGLLGFr' }],
  ['/api/v1/namespaces/n/resourcequotas', { spec: {} }, { spec: { hard: { x: '1' } } }, { create: 'LGFr', update: 'LGLLFr', status: 'LGLLF' }],
  ['/api/v1/nodes', {}, { spec: { podCIDR: 'x', podCIDRs: ['x'] } }, { create: 'LGFr', update: 'LGLLGFrLF', status: 'LGLLF' }],
  ['/api/v1/namespaces/n/events', { involvedObject: { namespace: 'n' } }, { involvedObject: {} }, { create: 'r', update: 'LGLr' }],
  ['/apis/events.k8s.io/v1/namespaces/n/events', { regarding: { namespace: 'n' }, type: 'Normal', eventTime: '2026-01-01T00:00:00.000000Z', reportingController: 'a', reportingInstance: 'b', action: 'c', reason: 'd' }, { regarding: {} }, { create: 'rLGF', update: 'LGLrLFr' }],
  ['/apis/apps/v1/namespaces/n/deployments', workload, { spec: { ...workload.spec, replicas: -1 } }, { create: 'LGFr', update: 'LGLLFr', status: 'GF' }],
  ['/apis/apps/v1/namespaces/n/statefulsets', workload, { spec: { ...workload.spec, replicas: -1 } }, { create: 'LGFr', update: 'LGLLFr', status: 'LGLLF' }],
  ['/apis/policy/v1/namespaces/n/poddisruptionbudgets', { spec: { minAvailable: 1 } }, { spec: { minAvailable: -1 } }, { create: 'r', update: 'LGLr', status: 'LGL' }],
  ['/apis/rbac.authorization.k8s.io/v1/namespaces/n/rolebindings', { roleRef }, { roleRef: { ...roleRef, name: '' } }, { create: 'LGFr', update: 'LGLLGFrLFr' }],
  ['/apis/storage.k8s.io/v1/volumeattributesclasses', { driverName: 'a', parameters: { a: 'b' } }, { driverName: 'a b', parameters: { a: 'b' } }, { create: 'LGFr', update: 'LGLLFrLGFr' }],
  ['/apis/node.k8s.io/v1/runtimeclasses', { handler: 'a' }, { handler: 'A' }, { create: 'LGr', update: 'LGLLGrLr' }],
  ['/apis/coordination.k8s.io/v1/namespaces/n/leases', {}, { spec: { leaseTransitions: -1 } }, { create: 'LGr', update: 'LGLLr' }],
  ['/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations', none, { webhooks: [{ name: 'a', admissionReviewVersions: ['v1'], sideEffects: 'None', clientConfig: { url: 'https://a' } }] }, { create: 'LGr', update: 'LGLLGr' }],
];

test('metadata are looked at as often, and in the places, that upstream does it for a kind', async (t) => {
  const scene = await serverScene();
  t.after(() => scene.stop());
  await scene.given({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'n' } });
  for (const [path, object, bad, want] of rows) {
    const name = path.includes('events.k8s.io') ? 'other' : 'one';
    const made = await scene.ask('POST', path, { metadata: { name }, ...object });
    assert.equal(made.status, 201, `${path}: ${made.message}`);
    const { resourceVersion } = made.body['metadata'] as Record<string, string>;
    const wrong = { name, resourceVersion, labels: { ü: 'b' }, finalizers: ['a b'] };
    const looksOf = async (method: string, at: string, sent: object) =>
      looks((await scene.ask(method, `${path}${at}`, { ...object, ...sent, metadata: wrong })).body);
    assert.equal(await looksOf('POST', '?dryRun=All', bad), want.create, `${path}: create`);
    assert.equal(await looksOf('PUT', `/${name}`, bad), want.update, `${path}: update`);
    if (want.status) assert.equal(await looksOf('PUT', `/${name}/status`, {}), want.status, `${path}: status`);
  }
});

function looks(answer: Record<string, unknown>): string {
  const { causes = [] } = (answer['details'] ?? {}) as { causes?: { field: string }[] };
  const letters = causes.map(({ field }) => {
    if (field === 'metadata.labels') return 'L';
    if (field === 'metadata.finalizers') return 'G';
    return field.startsWith('metadata.finalizers[') ? 'F' : 'r';
  });
  return letters.join('').replace(/r+/g, 'r');
}
