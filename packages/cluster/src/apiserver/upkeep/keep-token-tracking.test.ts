import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serverScene } from '../server-scene.ts';
import { runUpkeep } from './index.ts';

test('since when tokens are tracked is kept: another day stands, nonsense is mended, and what is removed comes back in time', async () => {
  const scene = await serverScene();
  const stop = new AbortController();
  const running = runUpkeep(scene.server, stop.signal);
  const place = '/api/v1/namespaces/kube-system/configmaps';
  const path = `${place}/kube-apiserver-legacy-service-account-token-tracking`;
  const data = async () => {
    for (let i = 0; i < 10; i++) await scene.clock.advance(100);
    return (await scene.ask('GET', path)).body['data'];
  };
  const put = async (next: object) => {
    const { body } = await scene.ask('GET', path);
    assert.equal((await scene.ask('PUT', path, { ...body, data: next })).status, 200);
  };
  try {
    const today = () => new Date(scene.clock.now()).toISOString().slice(0, 10);
    const first = today();
    assert.deepEqual(await data(), { since: first });
    await put({ since: '2020-02-29' });
    assert.deepEqual(await data(), { since: '2020-02-29' });
    await put({ since: '2020-02-30', more: 'theirs' });
    assert.deepEqual(await data(), { since: first, more: 'theirs' });
    await put({});
    assert.deepEqual(await data(), { since: first });

    // Not at once: a server that knows nothing of it might be removing it each time.
    assert.equal((await scene.ask('DELETE', path)).status, 200);
    assert.equal(await data(), undefined);
    await scene.clock.advance(20 * 60_000);
    assert.equal(await data(), undefined);
    await scene.clock.advance(10 * 60_000);
    assert.deepEqual(await data(), { since: today() });

    // Where it has been there for long it comes back at once.
    await scene.clock.advance(86_400_000);
    assert.notEqual(today(), first);
    assert.equal((await scene.ask('DELETE', path)).status, 200);
    assert.deepEqual(await data(), { since: today() });
  } finally {
    stop.abort();
    await running.catch(() => {});
    scene.stop();
  }
});
