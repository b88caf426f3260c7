import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PartsConfig } from '../parts.ts';
import { serverScene } from '../server-scene.ts';

const document = async (config: Partial<PartsConfig>): Promise<[number, unknown]> => {
  const scene = await serverScene(config);
  try {
    const { status, body } = await scene.ask('GET', '/.well-known/openid-configuration');
    return [status, body['jwks_uri']];
  } finally {
    scene.stop();
  }
};

test('an issuer tells where its keys are, when it can be found by its name', async () => {
  assert.deepEqual(await document({}), [200, 'https://127.0.0.1:6443/openid/v1/jwks']);
  assert.deepEqual(await document({ jwksUri: 'https://keys.example.org/jwks' }), [
    200,
    'https://keys.example.org/jwks',
  ]);
  for (const issuer of ['kubernetes', 'http://a', 'https://a?b=c', 'https://a:x']) {
    assert.equal((await document({ issuer, issuers: [issuer] }))[0], 404, issuer);
  }
});
