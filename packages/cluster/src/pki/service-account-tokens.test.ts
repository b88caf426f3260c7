import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { test } from 'node:test';
import { ServiceAccountTokens, type TokenClaims } from './service-account-tokens.ts';

const pem = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }).toString();
const publicPem = (key: KeyObject) => createPublicKey(pem(key)).export({ type: 'spki', format: 'pem' }).toString();
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const curve = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve }).privateKey;
const claims = { iss: 'https://i', sub: 's', aud: ['a'], jti: 'j' } as unknown as TokenClaims;

test('each kind of key signs what it then knows', () => {
  const table = [
    [rsa, 'RS256'],
    [curve('P-256'), 'ES256'],
    [curve('P-384'), 'ES384'],
    [curve('P-521'), 'ES512'],
  ] as const;
  for (const [key, alg] of table) {
    const tokens = new ServiceAccountTokens(pem(key));
    const token = tokens.sign(claims);
    assert.equal(JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString()).alg, alg);
    assert.deepEqual(tokens.verify(token), claims);
    assert.equal(tokens.verify(`${token.slice(0, -8)}AAAAAAAA`), undefined);
    assert.deepEqual(tokens.algorithms, [alg]);
  }
  assert.throws(() => new ServiceAccountTokens(pem(generateKeyPairSync('ed25519').privateKey)), /only RSA and ECDSA/);
});

test('tokens of a key that signed before are known, of any other not', () => {
  const [old, other] = [curve('P-256'), curve('P-256')];
  const tokens = new ServiceAccountTokens(pem(rsa), [publicPem(old), publicPem(rsa)]);
  assert.deepEqual(tokens.verify(new ServiceAccountTokens(pem(old)).sign(claims)), claims);
  assert.equal(tokens.verify(new ServiceAccountTokens(pem(other)).sign(claims)), undefined);
  assert.deepEqual(tokens.algorithms, ['ES256', 'RS256']);
  assert.equal(tokens.jwks.keys.length, 2);
});

test('a token does not choose how it is verified', () => {
  const tokens = new ServiceAccountTokens(pem(rsa));
  const [, body, signature] = tokens.sign(claims).split('.');
  for (const alg of ['none', 'HS256', 'ES256']) {
    const head = Buffer.from(JSON.stringify({ alg })).toString('base64url');
    assert.equal(tokens.verify(`${head}.${body}.${signature}`), undefined, alg);
  }
});
