import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { serverScene, type ServerScene } from '../server-scene.ts';

let scene: ServerScene;
beforeEach(async () => void (scene = await serverScene()));
afterEach(() => scene.stop());

const ask = async (path: string) => {
  const { status, text } = await scene.ask('GET', path);
  return [status, text];
};
const steps = [
  'start-system-namespaces-controller',
  'rbac/bootstrap-roles',
  'scheduling/bootstrap-system-priority-classes',
  'priority-and-fairness-config-producer',
  'apiservice-registration-controller',
];
const lines = (...names: string[]) => names.map((name) => `[+]${name} ok\n`).join('');
const hooks = lines(...steps.map((s) => `poststarthook/${s}`));

test('each endpoint tells its checks in order', async () => {
  assert.deepEqual(await ask('/readyz'), [200, 'ok']);
  assert.deepEqual(await ask('/healthz?verbose'), [
    200,
    `${lines('ping', 'log', 'etcd')}${hooks}healthz check passed\n`,
  ]);
  assert.deepEqual(await ask('/livez?verbose=1'), [200, `${lines('ping', 'log', 'etcd')}${hooks}livez check passed\n`]);
  const ready = lines('ping', 'log', 'etcd', 'etcd-readiness', 'informer-sync');
  assert.deepEqual(await ask('/readyz?verbose'), [200, `${ready}${hooks}${lines('shutdown')}readyz check passed\n`]);
});

test('one check by itself', async () => {
  for (const path of ['/healthz/ping', '/livez/etcd', '/readyz/shutdown', '/readyz/poststarthook/rbac/bootstrap-roles'])
    assert.deepEqual(await ask(path), [200, 'ok'], path);
  for (const path of ['/livez/shutdown', '/healthz/nope', '/readyz/poststarthook/nope'])
    assert.deepEqual(await ask(path), [404, '404 page not found\n'], path);
});

test('excluded checks, known and unknown', async () => {
  const text = String((await ask('/livez?verbose&exclude=etcd&exclude=b&exclude=a&exclude='))[1]);
  assert.ok(text.startsWith('[+]ping ok\n[+]log ok\n[+]etcd excluded: ok\n'), text);
  assert.ok(text.endsWith('warn: some health checks cannot be excluded: no matches for "a","b"\nlivez check passed\n'));
});

test('a store that answers with an error, or not at all', async () => {
  const { store } = scene.server.deps;
  const get = store.get.bind(store);
  store.get = () => Promise.reject(new Error('connection refused'));
  const [status, text] = await ask('/readyz');
  assert.equal(status, 500);
  assert.ok(String(text).includes('[-]etcd failed: reason withheld\n[-]etcd-readiness failed: reason withheld\n'));
  assert.ok(String(text).endsWith('readyz check failed\n'));
  assert.deepEqual(await ask('/healthz/etcd'), [
    500,
    'internal server error: error getting data from etcd: connection refused\n',
  ]);
  assert.deepEqual(await ask('/livez/ping'), [200, 'ok']);
  assert.deepEqual((await ask('/livez?exclude=etcd'))[0], 200);

  let asked = 0;
  store.get = () => {
    asked++;
    return new Promise(() => {});
  };
  const both = Promise.all([ask('/livez/etcd'), ask('/readyz')]);
  await scene.clock.advance(2000);
  const [alone] = await both;
  assert.deepEqual(alone, [500, 'internal server error: error getting data from etcd: context deadline exceeded\n']);
  assert.equal(asked, 1);
  store.get = get;
  assert.deepEqual(await ask('/readyz'), [200, 'ok']);
});

test('what is still to be done, and the end', async () => {
  const { lifecycle } = scene.server;
  let finish = () => {};
  const work = lifecycle.step('bootstrap-controller', () => new Promise<void>((resolve) => (finish = resolve)));
  assert.equal((await ask('/readyz'))[0], 500);
  assert.deepEqual(await ask('/livez/poststarthook/bootstrap-controller'), [
    500,
    'internal server error: not finished\n',
  ]);
  finish();
  await work;
  assert.deepEqual(await ask('/readyz'), [200, 'ok']);
  lifecycle.end();
  assert.deepEqual(await ask('/readyz/shutdown'), [500, 'internal server error: process is shutting down\n']);
  assert.equal((await ask('/readyz'))[0], 500);
  assert.deepEqual(await ask('/livez'), [200, 'ok']);
});

test('what the checks found is told as metrics, until they begin anew', async () => {
  const { store } = scene.server.deps;
  const get = store.get.bind(store);
  store.get = () => Promise.reject(new Error('connection refused'));
  await ask('/livez?exclude=log');
  store.get = get;
  await ask('/livez');
  await ask('/livez/ping');
  const told = async () =>
    (await scene.ask('GET', '/metrics/slis')).text.split('\n').filter((l) => /^kube.*(ping|log|etcd)"/.test(l));
  const last = (name: string, value: number) => `kubernetes_healthcheck{name="${name}",type="livez"} ${value}`;
  const count = (name: string, status: string, value: number) =>
    `kubernetes_healthchecks_total{name="${name}",status="${status}",type="livez"} ${value}`;
  const want = [last('etcd', 1), last('log', 1), last('ping', 1)];
  want.push(
    count('etcd', 'error', 1),
    count('etcd', 'success', 1),
    count('log', 'success', 1),
    count('ping', 'success', 2),
  );
  assert.deepEqual((await told()).sort(), want.sort());
  assert.equal((await scene.ask('DELETE', '/metrics/slis')).text, 'metrics reset\n');
  assert.deepEqual(await told(), []);
});
