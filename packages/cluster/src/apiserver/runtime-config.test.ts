import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kindsServedBy } from './kinds.ts';
import { parseRuntimeConfig } from './runtime-config.ts';
import { serverScene } from './server-scene.ts';

const served = (flag: string, ...gates: string[]): Set<string> => {
  const { all } = kindsServedBy({ config: parseRuntimeConfig(flag), gates: new Set(gates) });
  return new Set(all.map((k) => `${k.group}/${k.version}/${k.plural}`));
};

test('what is served', () => {
  const beta = 'networking.k8s.io/v1beta1/ipaddresses';
  const alpha = 'coordination.k8s.io/v1alpha2/leasecandidates';
  const stable = 'networking.k8s.io/v1/ingresses';
  const table: [flag: string, beta: boolean, alpha: boolean, stable: boolean][] = [
    ['', false, false, true],
    ['api/beta=true', true, false, true],
    ['api/all=true', true, true, true],
    ['api/all=true,api/alpha=false', true, false, true],
    ['api/ga=false,v1=true,apiregistration.k8s.io/v1=true', false, false, false],
    ['api/legacy=true,extensions/v1beta1/deployments=true', false, false, true],
    ['networking.k8s.io/v1beta1', true, false, true],
    ['networking.k8s.io/v1beta1=true,networking.k8s.io/v1beta1/ipaddresses=false', false, false, true],
    ['networking.k8s.io/v1beta1/ipaddresses=true', true, false, true],
    ['api/beta=true,networking.k8s.io/v1beta1=0', false, false, true],
    ['networking.k8s.io/v1/ingresses=false', false, false, false],
  ];
  for (const [flag, ...want] of table) {
    const kinds = served(flag);
    assert.deepEqual(
      [beta, alpha, stable].map((k) => kinds.has(k)),
      want,
      flag,
    );
  }
});

test('a kind behind a gate is served when its version and its gate say so', () => {
  const table: [kind: string, gate: string][] = [
    ['certificates.k8s.io/v1alpha1/clustertrustbundles', 'ClusterTrustBundle'],
    ['certificates.k8s.io/v1beta1/clustertrustbundles', 'ClusterTrustBundle'],
    ['certificates.k8s.io/v1beta1/podcertificaterequests', 'PodCertificateRequest'],
    ['scheduling.k8s.io/v1alpha2/podgroups', 'GenericWorkload'],
    ['scheduling.k8s.io/v1alpha2/workloads', 'GenericWorkload'],
    ['storagemigration.k8s.io/v1beta1/storageversionmigrations', 'StorageVersionMigrator'],
  ];
  for (const [kind, gate] of table) {
    assert.ok(!served('api/all=true').has(kind), `${kind} without its gate`);
    assert.ok(!served('', gate).has(kind), `${kind} without its version`);
    assert.ok(served('api/all=true', gate).has(kind), kind);
  }
});

test('what makes no sense is refused', () => {
  const table: [flag: string, want: string][] = [
    ['api/beta=maybe', 'invalid value api/beta=maybe'],
    ['nothing=true', 'runtime-config invalid key nothing'],
    ['a/b/c/d=true', 'runtime-config invalid key a/b/c/d'],
    ['example.org/v1=true,example.net/v1=true', 'unknown api groups example.org/v1,example.net/v1'],
    ['api/all=false', 'invalid runtime-config with only api/all=false'],
    ['apiregistration.k8s.io/v1=false', 'API group/version apiregistration.k8s.io/v1 must be enabled'],
    ['v1/pods=false', 'API group/version v1 must be enabled'],
    ['apps/v9=true', 'group version apps/v9 that has not been registered'],
    [
      'apps/v1/Deployments=true',
      'invalid key apps/v1/Deployments: group/version/resource and resource is always lowercase plural, not "Deployments"',
    ],
    ['apps/v1=x', 'invalid value of apps/v1: x, err: strconv.ParseBool: parsing "x": invalid syntax'],
  ];
  for (const [flag, message] of table) assert.throws(() => served(flag), { message });
});

test('one object is served in each of its versions, and the older one says that it goes', async () => {
  const scene = await serverScene({}, kindsServedBy({ config: parseRuntimeConfig('api/beta=true') }));
  const path = (version: string) => `/apis/networking.k8s.io/${version}/ipaddresses`;
  const spec = { parentRef: { resource: 'services', name: 'a' } };
  const made = await scene.ask('POST', path('v1beta1'), { metadata: { name: '192.0.2.9' }, spec });
  assert.equal(made.status, 201);
  assert.deepEqual(made.headers['warning'], [
    '299 - "networking.k8s.io/v1beta1 IPAddress is deprecated in v1.34+, unavailable in v1.37+"',
  ]);
  const found = await scene.ask('GET', `${path('v1')}/192.0.2.9`);
  assert.equal(found.body['apiVersion'], 'networking.k8s.io/v1');
  assert.deepEqual(found.body['spec'], spec);
  scene.stop();
});
