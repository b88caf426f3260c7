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
