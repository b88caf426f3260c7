import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock, systemRandom } from '@tiphys/sdk/runtime';
import { selfSigned } from '../../pki/index.ts';
import { standardUserHeaders } from '../authn/index.ts';
import { serverScene } from '../server-scene.ts';
import { authenticationData } from './authentication-config.ts';
import { runUpkeep } from './index.ts';

const world = { clock: systemClock, random: systemRandom };
const [one, other] = [selfSigned(['one'], world).cert, selfSigned(['other'], world).cert];
const now = systemClock.now();
const published = {
  clientCa: one,
  frontProxy: { ca: other, allowedNames: ['front-proxy-client'], headers: standardUserHeaders },
};
const data = {
  'client-ca-file': one,
  'requestheader-client-ca-file': other,
  'requestheader-username-headers': '["X-Remote-User"]',
  'requestheader-uid-headers': '["X-Remote-Uid"]',
  'requestheader-group-headers': '["X-Remote-Group"]',
  'requestheader-extra-headers-prefix': '["X-Remote-Extra-"]',
  'requestheader-allowed-names': '["front-proxy-client"]',
};

test('what extension servers are told', () => {
  const { 'requestheader-uid-headers': _, ...withoutUid } = data;
  const olderHeaders = { ...standardUserHeaders, uid: [] };
  type Given = Parameters<typeof authenticationData>;
  const table: [name: string, before: Given[0], published: Given[1], at: number, want: Record<string, string>][] = [
    ['all of it', {}, published, now, data],
    ['again', data, published, now, data],
    ['no proxies', {}, { clientCa: one }, now, { 'client-ca-file': one }],
    [
      'as upstream tells it without headers for the uid',
      {},
      { ...published, frontProxy: { ...published.frontProxy, headers: olderHeaders } },
      now,
      withoutUid,
    ],
    [
      'beside what others have told',
      { 'client-ca-file': other, 'requestheader-allowed-names': '["theirs"]', junk: 'x' },
      { ...published, clientCa: one + other },
      now,
      {
        ...data,
        'client-ca-file': other + one,
        'requestheader-allowed-names': '["theirs","front-proxy-client"]',
      },
    ],
    ['nobody who has expired', data, published, now + 20 * 365 * 86_400_000, {}],
  ];
  for (const [name, before, what, at, want] of table)
    assert.deepEqual(authenticationData(before, what, at), want, name);
});

test('it is put right when somebody changes or removes it', async () => {
  const scene = await serverScene();
  const stop = new AbortController();
  const running = runUpkeep(scene.server, stop.signal, { authentication: published });
  const path = '/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication';
  const told = async () => {
    for (let i = 0; i < 100; i++) {
      await scene.clock.advance(100);
      const { status, body } = await scene.ask('GET', path);
      const found = status === 200 ? (body['data'] as Record<string, string>) : {};
      if (found['requestheader-allowed-names'] === '["front-proxy-client"]') return found;
    }
    return undefined;
  };
  assert.deepEqual(await told(), data);
  assert.equal((await scene.ask('DELETE', path)).status, 200);
  assert.deepEqual(await told(), data);
  const { body } = await scene.ask('GET', path);
  assert.equal((await scene.ask('PUT', path, { ...body, data: {} })).status, 200);
  assert.deepEqual(await told(), data);
  stop.abort();
  await running;
  scene.stop();
});
