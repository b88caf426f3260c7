import assert from 'node:assert/strict';
import { test } from 'node:test';
import { standardGates } from '@tiphys/sdk/api';
import type { KubeObject } from '@tiphys/sdk/machinery';
import { kindsServedBy } from '../../kinds.ts';
import { serverScene } from '../../server-scene.ts';
import { completed } from './completed.ts';
import { bootstrapPolicy, nodeRules, roleGates } from './index.ts';

const namesWith = (...gates: string[]) =>
  bootstrapPolicy(new Set(gates)).clusterRoles.map((r) => r.metadata?.name ?? '');

test('some roles are there with feature gates alone', () => {
  const always = new Set(namesWith());
  for (const [gates, names] of [
    [
      'ClusterTrustBundle',
      [
        'system:cluster-trust-bundle-discovery',
        'system:controller:kube-apiserver-serving-clustertrustbundle-publisher',
      ],
    ],
    ['PodCertificateRequest', ['system:controller:podcertificaterequestcleaner']],
    ['GenericWorkload', ['system:controller:podgroup-protection-controller']],
    ['DRADeviceTaints', ['system:controller:device-taint-eviction-controller']],
    ['DRAResourcePoolStatus', ['system:controller:resourcepoolstatusrequest-controller']],
    ['StorageVersionMigrator', ['system:controller:storage-version-migrator-controller']],
    ['StorageVersionAPI', []],
    ['StorageVersionAPI,APIServerIdentity', ['system:controller:storage-version-garbage-collector']],
  ] as const) {
    assert.deepEqual(
      namesWith(...gates.split(',')).filter((n) => !always.has(n)),
      names,
      gates,
    );
  }
  const bound = (...gates: string[]) => bootstrapPolicy(new Set(gates)).clusterRoleBindings.length;
  assert.equal(bound('ClusterTrustBundle') - bound(), 2);
  assert.equal(bound('PodCertificateRequest') - bound(), 1);
});

test('some rules are there with feature gates alone', () => {
  const says = (role: string, resource: string, ...gates: string[]) =>
    bootstrapPolicy(new Set(gates))
      .clusterRoles.find((r) => r.metadata?.name === role)!
      .rules!.some((r) => r.resources?.includes(resource));
  for (const [role, resource, gate] of [
    ['system:aggregate-to-edit', 'workloads', 'GenericWorkload'],
    ['system:aggregate-to-view', 'podgroups/status', 'GenericWorkload'],
    ['system:kube-scheduler', 'devicetaintrules', 'DRADeviceTaintRules'],
    ['system:kube-scheduler', 'resourceclaims/binding', 'DRAResourceClaimGranularStatusAuthorization'],
    ['system:node', 'clustertrustbundles', 'ClusterTrustBundle'],
    ['system:node', 'podcertificaterequests', 'PodCertificateRequest'],
    ['system:node', 'serviceaccounts', 'KubeletServiceAccountTokenForCredentialProviders'],
    ['system:controller:job-controller', 'podgroups', 'WorkloadWithJob'],
    ['system:controller:resource-claim-controller', 'podgroups', 'DRAWorkloadResourceClaims'],
  ] as const) {
    assert.deepEqual([says(role, resource), says(role, resource, gate)], [false, true], `${role} ${gate}`);
  }
  assert.ok(nodeRules(standardGates).some((r) => r.resources?.includes('serviceaccounts')));
});

const role = (rules: object[], metadata: object = {}): KubeObject =>
  ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'r', ...metadata },
    rules,
  }) as KubeObject;
const rule = (...resources: string[]) => ({ verbs: ['get'], apiGroups: [''], resources });

test('what a role lacks is added, and what others added stays', () => {
  const wanted = { metadata: { name: 'r' }, rules: [rule('pods', 'nodes')] };
  const rulesOf = (o: KubeObject | undefined) => (o as { rules?: unknown } | undefined)?.rules;
  assert.equal(completed(role([rule('pods', 'nodes')]), wanted), undefined);
  assert.equal(completed(role([rule('pods'), rule('nodes'), rule('secrets')]), wanted), undefined);
  assert.deepEqual(rulesOf(completed(role([rule('secrets', 'pods')]), wanted)), [
    rule('secrets', 'pods'),
    rule('nodes'),
  ]);
  const alone = { annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'false' } };
  assert.equal(completed(role([], alone), wanted), undefined);
  assert.equal(completed(role([]), { ...wanted, aggregationRule: { clusterRoleSelectors: [] } }), undefined);
  const marked = completed(role([rule('pods', 'nodes')]), { ...wanted, metadata: { labels: { a: 'b' } } });
  assert.deepEqual(marked?.metadata.labels, { a: 'b' });
});

test('a server whose gates are open adds to what one before it stored', async () => {
  const first = await serverScene();
  const rules = async (scene: typeof first) => {
    const { body } = await scene.ask('GET', '/apis/rbac.authorization.k8s.io/v1/clusterroles/system:node');
    return (body['rules'] as { resources?: string[] }[]).flatMap((r) => r.resources ?? []);
  };
  assert.ok(!(await rules(first)).includes('clustertrustbundles'));
  first.stop();
  const kinds = kindsServedBy({ gates: new Set([...standardGates, 'ClusterTrustBundle']) });
  const second = await serverScene({}, kinds, first);
  assert.ok((await rules(second)).includes('clustertrustbundles'));
  const discovery = '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/system:cluster-trust-bundle-discovery';
  assert.equal((await second.ask('GET', discovery)).status, 200);
  second.stop();
});

test('the gates that roles stand behind are those that are said to be', () => {
  const asked = new Set<string>();
  // An open gate may lead to others.
  bootstrapPolicy({ has: (gate: string) => Boolean(asked.add(gate)) } as unknown as ReadonlySet<string>);
  assert.deepEqual([...asked].sort(), roleGates);
});
