import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { serverScene, type ServerScene } from '../server-scene.ts';

let scene: ServerScene;
before(async () => void (scene = await serverScene()));
after(() => scene.stop());

for (const [path, accept, status] of [
  ['/apis/apps', 'application/*', 200],
  ['/apis', 'application/*', 200],
  ['/apis', 'application/json;stream=watch', 200],
  ['/apis/apps', 'text/html', 406],
  // Of versions upstream's router is asked first, which knows media types by their whole names.
  ['/apis/apps/v1', 'application/*', 406],
  ['/api', 'application/*', 406],
] as const) {
  test(`${path} for ${accept}: ${status}`, async () => {
    assert.equal((await scene.ask('GET', path, undefined, { headers: { accept } })).status, status);
  });
}
