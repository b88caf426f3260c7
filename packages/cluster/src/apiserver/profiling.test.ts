import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLongRunning } from './filters/long-running.ts';
import { aUser, serverScene } from './server-scene.ts';

test('profiles are for whom they are allowed, where they are not switched off', async () => {
  for (const [profiling, status] of [
    [undefined, 200],
    [true, 200],
    [false, 404],
  ] as const) {
    const scene = await serverScene(profiling === undefined ? {} : { profiling });
    assert.equal((await scene.ask('GET', '/debug/pprof/')).status, status, String(profiling));
    assert.equal((await scene.ask('GET', '/debug/pprof/', undefined, { user: aUser('ada') })).status, 403);
    scene.stop();
  }
});

test('a profile may take longer than other answers', () => {
  const get = { verb: 'get', subresource: '' };
  assert.equal(isLongRunning({ ...get, path: '/debug/pprof/profile' }), true);
  assert.equal(isLongRunning({ ...get, path: '/debug/pprofile' }), false);
});
