import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Secret } from '@tiphys/sdk/api';
import { pullCredentials } from './pull-credentials.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const secret = (auths: object, type = 'kubernetes.io/dockerconfigjson') =>
  ({
    metadata: { name: 'pull' },
    type,
    data: type.endsWith('json')
      ? { '.dockerconfigjson': base64(JSON.stringify({ auths })) }
      : { '.dockercfg': base64(JSON.stringify(auths)) },
  }) as unknown as Secret;
const user = (username: string) => ({ username, password: 'p' });
const usersFor = (image: string, ...secrets: Secret[]) => pullCredentials(image, secrets).map((a) => a.username);

test('credentials fit an image by registry, port and path', () => {
  const table: [location: string, image: string, fits: boolean][] = [
    ['registry.example.com', 'registry.example.com/app:1', true],
    ['https://registry.example.com/v2/', 'registry.example.com/app', true],
    ['http://registry.example.com', 'registry.example.com/a/b@sha256:' + '0'.repeat(64), true],
    ['registry.example.com/team', 'registry.example.com/team/app', true],
    ['registry.example.com/team', 'registry.example.com/other/app', false],
    ['registry.example.com', 'registry.example.com:5000/app', false],
    ['registry.example.com:5000', 'registry.example.com:5000/app:1', true],
    ['*.example.com', 'registry.example.com/app', true],
    ['*.example.com', 'a.b.example.com/app', false],
    ['reg*.example.com', 'registry.example.com/app', true],
    ['exampleXcom', 'example.com/app', false],
    ['https://index.docker.io/v1/', 'busybox', true],
    ['https://index.docker.io/v1/', 'docker.io/me/app:1', true],
    ['https://index.docker.io/v1/', 'quay.io/app', false],
    ['docker.io', 'busybox', true],
    ['127.0.0.1:5000', '127.0.0.1:5000/private:1', true],
  ];
  for (const [location, image, fits] of table) {
    assert.deepEqual(usersFor(image, secret({ [location]: user('u') })), fits ? ['u'] : [], `${location} for ${image}`);
  }
});

test('the most specific comes first, and those of one place in the order of the secrets', () => {
  const first = secret({ 'r.io': user('whole'), 'r.io/team': user('team') });
  const second = secret({ 'r.io': user('second') }, 'kubernetes.io/dockercfg');
  assert.deepEqual(usersFor('r.io/team/app', first, second), ['team', 'whole', 'second']);
});

test('the encoded form wins, and a password may have colons', () => {
  const [auth] = pullCredentials('r.io/app', [secret({ 'r.io': { ...user('no'), auth: base64('me:a:b') } })]);
  assert.deepEqual(auth, { username: 'me', password: 'a:b' });
});

test('what cannot be read gives nothing', () => {
  const odd = [
    secret({ 'r.io': { auth: base64('nocolon') } }),
    secret({ 'r.io': 'text', '': user('u') }),
    { type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': base64('{') } } as unknown as Secret,
    { type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': base64('null') } } as unknown as Secret,
    {
      type: 'Opaque',
      data: { '.dockerconfigjson': base64('{"auths":{"r.io":{"auth":"YTpi"}}}') },
    } as unknown as Secret,
    { type: 'kubernetes.io/dockerconfigjson' } as unknown as Secret,
  ];
  assert.deepEqual(pullCredentials('r.io/app', odd), []);
});
