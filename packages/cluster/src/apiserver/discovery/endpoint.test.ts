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
  // What is never converted comes as it is, or not at all.
  ['/version', 'application/json;as=Table', 200],
  ['/version', 'application/yaml', 406],
  ['/openid/v1/jwks', 'application/json', 406],
  ['/openid/v1/jwks', 'text/html, application/jwk-set+json;q=0.1', 200],
  ['/.well-known/openid-configuration', 'text/*', 406],
  ['/.well-known/openid-configuration', '*/*;q=0', 200],
  // Logs are text, and their refusals are not: one of either kind alone won't do.
  ['/api/v1/namespaces/default/pods/x/log', 'text/plain', 406],
  ['/api/v1/namespaces/default/pods/x/log', 'text/plain, application/json', 404],
] as const) {
  test(`${path} for ${accept}: ${status}`, async () => {
    assert.equal((await scene.ask('GET', path, undefined, { headers: { accept } })).status, status);
  });
}

for (const [method, path, status] of [
  ['HEAD', '/version', 405],
  ['HEAD', '/openid/v1/jwks', 405],
  ['HEAD', '/api/v1/namespaces/default/pods/x/log', 405],
  ['PURGE', '/version', 405],
  ['PURGE', '/healthz', 200],
  ['PURGE', '/apis/apps', 200],
  ['PURGE', '/nowhere', 404],
  // A slash too many at the end is one, elsewhere it is another path.
  ['GET', '/version//', 200],
  ['GET', '//version', 404],
  ['GET', '/api/v1//', 200],
  ['GET', '/api/v1//pods', 404],
  ['GET', '/apis/', 200],
  ['GET', '/apis//', 404],
  ['GET', '/apis//apps', 404],
  ['GET', '/apis/apps//', 200],
  ['POST', '/apis/apps/', 200],
  ['POST', '/apis/apps//', 405],
] as const) {
  test(`${method} ${path}: ${status}`, async () => {
    assert.equal((await scene.ask(method, path)).status, status);
  });
}
