import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kindsServedBy } from './kinds.ts';
import { parseRuntimeConfig } from './runtime-config.ts';
import { serverScene } from './server-scene.ts';

const served = (flag: string): Set<string> =>
  new Set(kindsServedBy(parseRuntimeConfig(flag)).all.map((k) => `${k.group}/${k.version}/${k.plural}`));

test('what is served', () => {
  const beta = 'networking.k8s.io/v1beta1/ipaddresses';
  const alpha = 'certificates.k8s.io/v1alpha1/clustertrustbundles';
  const stable = 'networking.k8s.io/v1/ingresses';
  const table: [flag: string, beta: boolean, alpha: boolean, stable: boolean][] = [
    ['', false, false, true],
    ['api/beta=true', true, false, true],
    ['api/all=true', true, true, true],
    ['api/all=true,api/alpha=false', true, false, true],
    ['api/ga=false', false, false, false],
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

test('what makes no sense is refused', () => {
  const table: [flag: string, want: string][] = [
    ['api/beta=maybe', 'invalid value api/beta=maybe'],
    ['nothing=true', 'runtime-config invalid key nothing'],
    ['example.org/v1=true', 'unknown api groups example.org'],
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
  const scene = await serverScene({}, kindsServedBy(parseRuntimeConfig('api/beta=true')));
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
