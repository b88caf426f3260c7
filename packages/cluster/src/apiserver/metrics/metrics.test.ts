import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { serverScene, type ServerScene } from '../server-scene.ts';

let scene: ServerScene;
before(async () => void (scene = await serverScene()));
after(() => scene.stop());

const lines = async (name: string): Promise<string[]> =>
  (await scene.ask('GET', '/metrics')).text.split('\n').filter((l) => l.startsWith(name));

test('requests are counted by what they are', async () => {
  await scene.ask('GET', '/api/v1/namespaces/default/pods/none');
  await scene.ask('GET', '/api/v1/namespaces/default/pods');
  await scene.ask('POST', '/api/v1/namespaces/default/configmaps?dryRun=All', { metadata: { name: 'c' } });
  const [got, listed, made] = [
    ['404', '', 'resource', 'pods', 'GET'],
    ['200', '', 'namespace', 'pods', 'LIST'],
    ['201', 'All', 'resource', 'configmaps', 'POST'],
  ].map(
    ([code, dryRun, scope, resource, verb]) =>
      `apiserver_request_total{code="${code}",dry_run="${dryRun}",component="apiserver",group="",resource="${resource}",scope="${scope}",subresource="",verb="${verb}",version="v1"} 1`,
  );
  const found = await lines('apiserver_request_total');
  for (const line of [got, listed, made]) assert.ok(found.includes(line!), line);
});

test('each series stands once, whatever is asked for by whichever method', async () => {
  const path = '/api/v1/namespaces/default/services/none';
  for (const method of ['HEAD', 'GET']) {
    for (const query of ['', '?dryRun=All', '?dryRun=never']) await scene.ask(method, path + query);
  }
  const found = (await lines('apiserver_request_total')).filter((l) => l.includes('resource="services"'));
  const series = found.map((l) => l.slice(0, l.lastIndexOf('}')));
  assert.equal(new Set(series).size, series.length, found.join('\n'));
  assert.ok(!series.some((l) => l.includes('verb="HEAD"')), found.join('\n'));
  const plain = found.filter((l) => l.includes('dry_run=""') && l.includes('verb="GET"'));
  assert.equal(
    plain.reduce((sum, l) => sum + Number(l.split(' ').at(-1)), 0),
    4,
    found.join('\n'),
  );
});

test('nobody invents labels', async () => {
  for (let i = 0; i < 50; i++) await scene.ask('GET', `/apis/made.up${i}/v1/things${i}`);
  const found = await lines('apiserver_request_total');
  assert.ok(!found.some((l) => l.includes('made.up')));
});

test('durations fall into buckets that add up', async () => {
  const found = await lines('apiserver_request_duration_seconds');
  const ofLists = found.filter((l) => l.includes('resource="pods"') && l.includes('verb="LIST"'));
  const values = (suffix: string) =>
    ofLists.filter((l) => l.includes(suffix)).map((l) => Number(l.slice(l.lastIndexOf(' ') + 1)));
  const counts = values('_bucket');
  assert.equal(counts.length, 24);
  assert.deepEqual(
    counts,
    counts.toSorted((a, b) => a - b),
  );
  assert.equal(counts.at(-1), values('_count')[0]);
});

test('a watch is long-running until it ends', async () => {
  const running = async () =>
    (await lines('apiserver_longrunning_requests')).filter((l) => l.includes('verb="WATCH"')).map((l) => l.slice(-2));
  const stop = new AbortController();
  const { body } = await scene.server.handle({
    method: 'GET',
    path: '/api/v1/configmaps?watch=1',
    headers: {},
    objects: false,
    user: { name: 'admin', groups: ['system:masters'], extra: {} },
    signal: stop.signal,
    body: () => Promise.resolve(undefined),
  });
  assert.equal(body.type, 'stream');
  assert.deepEqual(await running(), [' 1']);
  stop.abort();
  assert.deepEqual(await running(), [' 0']);
});

test('objects by resource', async () => {
  assert.deepEqual(await lines('apiserver_storage_objects{resource="namespaces"}'), [
    'apiserver_storage_objects{resource="namespaces"} 4',
  ]);
});

const valueOf = (found: readonly string[], ...parts: string[]): number | undefined => {
  const line = found.find((l) => parts.every((part) => l.includes(part)));
  return line === undefined ? undefined : Number(line.slice(line.lastIndexOf(' ') + 1));
};

test('what readers got is measured, in pieces or not; what writers got isn’t', async () => {
  const { bytes } = await scene.ask('GET', '/apis/rbac.authorization.k8s.io/v1/clusterroles/cluster-admin');
  const listed = await scene.ask('GET', '/apis/rbac.authorization.k8s.io/v1/clusterroles');
  const found = await lines('apiserver_response_sizes');
  const of = 'resource="clusterroles"';
  assert.equal(valueOf(found, '_sum', of, 'verb="GET"'), bytes.length);
  assert.equal(valueOf(found, '_sum', of, 'verb="LIST"'), listed.bytes.length);
  assert.equal(valueOf(found, '_bucket', of, 'verb="LIST"', 'le="1000"'), 0);
  assert.equal(valueOf(found, '_count', of, 'verb="LIST"'), 1);
  assert.ok(!found.some((l) => l.includes('verb="POST"')));
});

test('tries and deeds are told together where upstream doesn’t tell them apart', async () => {
  await scene.ask('POST', '/api/v1/namespaces/default/configmaps', { metadata: { name: 'd' } });
  const found = await lines('apiserver_request_sli_duration_seconds');
  assert.equal(valueOf(found, '_count', 'resource="configmaps"', 'verb="POST"'), 2);
  assert.ok(!found.some((l) => l.includes('le="0.025"')));
});

test('what is out of favour and was asked for, with the release that goes without it', async () => {
  await scene.ask('GET', '/api/v1/componentstatuses');
  assert.deepEqual(await lines('apiserver_requested_deprecated_apis{group="",removed_release="",resource="compo'), [
    'apiserver_requested_deprecated_apis{group="",removed_release="",resource="componentstatuses",subresource="",version="v1"} 1',
  ]);
});

test('admission is timed as a whole and by plugin, by how it ended', async () => {
  const step = 'apiserver_admission_step_admission_duration_seconds_count';
  const before = valueOf(await lines(step), 'operation="DELETE"', 'rejected="true"') ?? 0;
  assert.equal((await scene.ask('DELETE', '/api/v1/namespaces/kube-system')).status, 403);
  assert.equal(valueOf(await lines(step), 'operation="DELETE"', 'rejected="true"', 'type="validate"'), before + 1);
  const byPlugin = await lines('apiserver_admission_controller_admission_duration_seconds_count');
  assert.equal(valueOf(byPlugin, 'name="NamespaceLifecycle"', 'operation="DELETE"', 'rejected="true"'), before + 1);
  assert.ok(valueOf(byPlugin, 'name="NamespaceLifecycle"', 'operation="CREATE"', 'rejected="false"', 'type="admit"'));
});

test('metrics begin anew for who deletes them', async () => {
  assert.equal((await scene.ask('DELETE', '/metrics')).text, 'metrics reset\n');
  assert.ok(!(await lines('apiserver_request_total')).some((l) => l.includes('resource="clusterroles"')));
});
