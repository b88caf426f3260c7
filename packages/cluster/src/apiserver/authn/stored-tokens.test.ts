import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { type ServerScene, serverScene } from '../server-scene.ts';
import { ServiceAccountTokens, type TokenClaims } from '../../pki/index.ts';

const base64 = (data: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]));

interface Status {
  readonly user: { readonly username?: string; readonly groups?: string[] };
  readonly error?: string;
}

async function review(scene: ServerScene, token: string): Promise<string> {
  const { body } = await scene.ask('POST', '/apis/authentication.k8s.io/v1/tokenreviews', { spec: { token } });
  const { user, error } = body['status'] as Status;
  return error ?? [user.username, ...(user.groups ?? [])].join(' ');
}

test('nodes join with tokens that are secrets of kube-system', async () => {
  const scene = await serverScene({ authentication: { anonymous: { isAllowed: true }, bootstrapTokens: true } });
  const good = {
    'token-id': 'abcdef',
    'token-secret': '0123456789abcdef',
    'usage-bootstrap-authentication': 'true',
  };
  const secret = (data: object, type = 'bootstrap.kubernetes.io/token') => ({
    metadata: { name: 'bootstrap-token-abcdef', namespace: 'kube-system' },
    type,
    data: base64({ ...good, ...data }),
  });
  const path = '/api/v1/namespaces/kube-system/secrets';
  const [token, no] = ['abcdef.0123456789abcdef', 'invalid bearer token'];
  const everyone = 'system:bootstrap:abcdef system:bootstrappers';
  const cases: readonly [object, string][] = [
    [secret({}), `${everyone} system:authenticated`],
    [
      secret({ 'auth-extra-groups': 'system:bootstrappers:b,system:bootstrappers:a' }),
      `${everyone} system:bootstrappers:a system:bootstrappers:b system:authenticated`,
    ],
    [secret({ 'auth-extra-groups': 'system:masters' }), no],
    [secret({ 'usage-bootstrap-authentication': 'yes' }), no],
    [secret({ expiration: '1970-01-01T00:00:00Z' }), no],
    [secret({ expiration: '2990-01-01T00:00:00+02:00' }), `${everyone} system:authenticated`],
    [secret({ expiration: 'soon' }), no],
    [secret({ 'token-id': 'abcdeg' }), no],
    [secret({ 'token-secret': '0123456789abcdee' }), no],
    [secret({}, 'Opaque'), no],
  ];
  try {
    assert.equal(await review(scene, token), no);
    for (const [object, want] of cases) {
      assert.equal((await scene.ask('POST', path, object)).status, 201);
      assert.equal(await review(scene, token), want, JSON.stringify(object));
      await scene.ask('DELETE', `${path}/bootstrap-token-abcdef`);
    }
    assert.equal(await review(scene, 'ABCDEF.0123456789abcdef'), no);
  } finally {
    scene.stop();
  }
});

test('tokens that secrets hold are good as long as the secret is there, where that is looked up', async () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const tokens = new ServiceAccountTokens(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  const prefix = 'kubernetes.io/serviceaccount';
  const claims = (uid: string) => ({
    iss: 'kubernetes/serviceaccount',
    sub: 'system:serviceaccount:default:robot',
    [`${prefix}/namespace`]: 'default',
    [`${prefix}/secret.name`]: 'robot-token',
    [`${prefix}/service-account.name`]: 'robot',
    [`${prefix}/service-account.uid`]: uid,
  });
  const signed = (said: object) => tokens.sign(said as unknown as TokenClaims);
  const robot =
    'system:serviceaccount:default:robot system:serviceaccounts system:serviceaccounts:default system:authenticated';
  const bad = (why: string) => `[invalid bearer token, ${why}]`;
  const scene = await serverScene({ tokens });
  const unseeing = await serverScene({ tokens, looksUpTokens: false });
  try {
    await scene.given({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'robot', namespace: 'default' } });
    const robotAt = '/api/v1/namespaces/default/serviceaccounts/robot';
    const account = await scene.ask('GET', robotAt);
    const token = signed(claims((account.body['metadata'] as { uid: string }).uid));
    assert.equal(await review(unseeing, token), robot);
    assert.equal(await review(scene, token), bad('Token has been invalidated'));
    const path = '/api/v1/namespaces/default/secrets';
    const secret = {
      metadata: { name: 'robot-token', annotations: { 'kubernetes.io/service-account.name': 'robot' } },
      type: 'kubernetes.io/service-account-token',
      data: base64({ token }),
    };
    await scene.ask('POST', path, secret);
    assert.equal(await review(scene, token), robot);
    const lastUsed = async () => {
      await scene.clock.advance(0);
      const { metadata } = (await scene.ask('GET', `${path}/robot-token`)).body as {
        metadata: { labels?: Record<string, string>; resourceVersion: string };
      };
      return [metadata.labels?.['kubernetes.io/legacy-token-last-used'], metadata.resourceVersion];
    };
    const day = () => new Date(scene.clock.now()).toISOString().slice(0, 10);
    const once = await lastUsed();
    assert.equal(once[0], day());
    assert.equal(await review(scene, token), robot);
    assert.deepEqual(await lastUsed(), once);
    await scene.clock.advance(86_400_000);
    assert.notEqual(day(), once[0]);
    assert.equal(await review(scene, token), robot);
    assert.equal((await lastUsed())[0], day());
    const asRobot = { user: null, headers: { authorization: `Bearer ${token}` } };
    const merge = { headers: { 'content-type': 'application/merge-patch+json' } };
    assert.equal((await scene.ask('GET', '/version', undefined, asRobot)).headers['warning'], undefined);
    await scene.ask('PATCH', robotAt, { secrets: [{ name: 'robot-token' }] }, merge);
    assert.deepEqual((await scene.ask('GET', '/version', undefined, asRobot)).headers['warning'], [
      '299 - "Use tokens from the TokenRequest API or manually created secret-based tokens instead of auto-generated secret-based tokens."',
    ]);
    const other = signed({ ...claims('7'), jti: 'another' });
    assert.equal(await review(scene, other), bad("Token does not match server's copy"));
    const labels = { 'kubernetes.io/legacy-token-invalid-since': '2026-01-01' };
    await scene.ask('PATCH', `${path}/robot-token`, { metadata: { labels } }, merge);
    await scene.clock.advance(86_400_000);
    assert.match(await review(scene, token), /has been marked invalid/);
    assert.equal((await scene.ask('GET', '/version', undefined, asRobot)).status, 401);
    // Whoever still uses it is told of all the same.
    assert.equal((await lastUsed())[0], day());
    const { text } = await scene.ask('GET', '/metrics');
    const uses = text.split('\n').filter((line) => line.startsWith('serviceaccount_'));
    assert.deepEqual(uses, [
      'serviceaccount_legacy_tokens_total 9',
      'serviceaccount_legacy_manual_token_uses_total 4',
      'serviceaccount_legacy_auto_token_uses_total 1',
      'serviceaccount_invalid_legacy_auto_token_uses_total 2',
      'serviceaccount_stale_tokens_total 0',
      'serviceaccount_valid_tokens_total 0',
    ]);
    const missing = signed({ ...claims('7'), [`${prefix}/secret.name`]: '' });
    assert.equal(await review(scene, missing), bad('secretName claim is missing'));
    assert.equal(await review(scene, signed({ ...claims('7'), sub: 'x' })), bad('sub claim is invalid'));
  } finally {
    scene.stop();
    unseeing.stop();
  }
});

test('a token of a key that nobody has, and one that was changed', async () => {
  const scene = await serverScene();
  try {
    await scene.given({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'robot', namespace: 'default' } });
    const made = await scene.ask('POST', '/api/v1/namespaces/default/serviceaccounts/robot/token', { spec: {} });
    const [head = '', body = ''] = (made.body['status'] as { token: string }).token.split('.');
    const header = Buffer.from(JSON.stringify({ alg: 'ES256', kid: 'nobody' })).toString('base64url');
    const bad = (why: string) => `[invalid bearer token, ${why}]`;
    assert.equal(await review(scene, `${header}.${body}.AAAA`), bad('invalid signature, no keys found'));
    assert.equal(await review(scene, `${head}.${body}.AAAA`), bad('go-jose/go-jose: error in cryptographic primitive'));
  } finally {
    scene.stop();
  }
});

test('tokens are good for no longer than the server lets them', async () => {
  const scene = await serverScene({ longestTokenSeconds: 7200 });
  try {
    await scene.given({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'robot', namespace: 'default' } });
    const ask = (expirationSeconds: number) =>
      scene.ask('POST', '/api/v1/namespaces/default/serviceaccounts/robot/token', { spec: { expirationSeconds } });
    const { headers, body } = await ask(10_000);
    assert.deepEqual(headers['warning'], ['299 - "requested expiration of 10000 seconds shortened to 7200 seconds"']);
    assert.equal((body['spec'] as { expirationSeconds: number }).expirationSeconds, 7200);
    assert.equal((await ask(7200)).headers['warning'], undefined);
  } finally {
    scene.stop();
  }
});
