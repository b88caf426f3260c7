import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apiService } from '@tiphys/sdk/api';
import { serverScene } from '../server-scene.ts';
import { ForwardedApis } from './forwarded-apis.ts';

const path = '/apis/apiregistration.k8s.io/v1/apiservices';
const anApi = (version: string, group: string, more: object = {}) => ({
  apiVersion: 'apiregistration.k8s.io/v1',
  kind: 'APIService',
  metadata: { name: `${version}.${group}` },
  spec: {
    group,
    version,
    groupPriorityMinimum: 1000,
    versionPriority: 15,
    service: { namespace: 'n', name: 's' },
    ...more,
  },
});

test('what others serve follows their APIServices, but for what is served here', async (t) => {
  const scene = await serverScene();
  t.after(() => scene.stop());
  await scene.given(anApi('v1', 'before.example.com'));
  const apis = new ForwardedApis({
    cache: scene.server.registries.of(apiService).cache,
    isOurs: (group) => group === 'apps',
  });
  const heard: string[] = [];
  const stop = apis.onChange((name) => heard.push(name));
  const told = () => apis.all().map(({ name }) => name);
  assert.deepEqual(told(), ['v1.before.example.com']);

  await scene.given(anApi('v1', 'x.example.com', { caBundle: Buffer.from('abc').toString('base64') }));
  assert.deepEqual(told(), ['v1.before.example.com', 'v1.x.example.com']);
  const found = apis.find('x.example.com', 'v1')!;
  assert.deepEqual(
    [found.service, found.ca, found.insecure, found.isAvailable],
    [{ namespace: 'n', name: 's', port: 443 }, 'abc', false, false],
  );
  assert.equal(apis.find('x.example.com', 'v2'), undefined);

  // Ours, of nobody else, and the same as before.
  await scene.given(anApi('v3', 'apps'), anApi('v1', 'local.example.com', { service: null }));
  const before = apis.all();
  const at = `${path}/v1.x.example.com`;
  const { body } = await scene.ask('GET', at);
  assert.equal(
    (await scene.ask('PUT', at, { ...body, metadata: { ...(body['metadata'] as object), labels: {} } })).status,
    200,
  );
  assert.equal(apis.all(), before);

  const conditions = [{ type: 'Available', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' }];
  const { body: now } = await scene.ask('GET', at);
  assert.equal((await scene.ask('PUT', `${at}/status`, { ...now, status: { conditions } })).status, 200);
  assert.equal(apis.named('v1.x.example.com')?.isAvailable, true);
  await scene.ask('DELETE', at);
  assert.deepEqual(told(), ['v1.before.example.com']);
  stop();
  await scene.ask('DELETE', `${path}/v1.before.example.com`);
  assert.deepEqual([told(), heard], [[], ['v1.x.example.com', 'v1.x.example.com', 'v1.x.example.com']]);
});
