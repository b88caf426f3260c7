import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { after, before, test } from 'node:test';
import { kindsServedBy } from '../kinds.ts';
import { parseRuntimeConfig } from '../runtime-config.ts';
import { aNodeUser, serverScene, type ServerScene } from '../server-scene.ts';

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const place = '/apis/certificates.k8s.io/v1beta1/namespaces/ns/podcertificaterequests';

let scene: ServerScene;
/** By kind and name. */
const uids = new Map<string, string>();

before(async () => {
  const kinds = kindsServedBy({
    config: parseRuntimeConfig('certificates.k8s.io/v1beta1=true'),
    gates: new Set(['PodCertificateRequest']),
  });
  scene = await serverScene({ admission: { enable: ['NodeRestriction'], disable: [] } }, kinds);
  const aPod = (name: string, nodeName: string, spec: object = {}) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'ns' },
    spec: { nodeName, containers: [{ name: 'c', image: 'i' }], ...spec },
  });
  const anAccount = (name: string) => ({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name, namespace: 'ns' },
  });
  await scene.given(
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'ns' } },
    { apiVersion: 'v1', kind: 'Node', metadata: { name: 'me' } },
    { apiVersion: 'v1', kind: 'Node', metadata: { name: 'other' } },
    anAccount('another'),
    anAccount('gone'),
    aPod('mine', 'me'),
    aPod('theirs', 'other'),
    aPod('orphan', 'me', { serviceAccountName: 'gone' }),
  );
  await scene.ask('DELETE', '/api/v1/namespaces/ns/serviceaccounts/gone');
  for (const path of [
    'nodes/me',
    'nodes/other',
    ...['mine', 'theirs', 'orphan'].map((n) => `namespaces/ns/pods/${n}`),
  ]) {
    const { body } = await scene.ask('GET', `/api/v1/${path}`);
    uids.set(path.split('/').at(-1)!, (body['metadata'] as { uid: string }).uid);
  }
  const { body } = await scene.ask('GET', '/api/v1/namespaces/ns/serviceaccounts/default');
  uids.set('default', (body['metadata'] as { uid: string }).uid);
});
after(() => scene.stop());

interface Asked {
  readonly [field: string]: string;
}

async function asked(spec: Asked, by = 'me', query = '?dryRun=All'): Promise<[status: number, message: string]> {
  const podUID = spec['podUID'] ?? uids.get('mine')!;
  const body = {
    metadata: { name: 'r' },
    spec: {
      signerName: 'example.com/signer',
      podName: 'mine',
      podUID,
      serviceAccountName: 'default',
      serviceAccountUID: uids.get('default'),
      nodeName: 'me',
      nodeUID: uids.get('me'),
      maxExpirationSeconds: 86_400,
      pkixPublicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
      proofOfPossession: sign(null, Buffer.from(podUID), privateKey).toString('base64'),
      ...spec,
    },
  };
  const { status, message } = await scene.ask('POST', place + query, body, { user: aNodeUser(by) });
  return [status, message.replace(/^.*? is forbidden: /, '')];
}

test('a node asks for certificates of its own pods', async () => {
  const uid = (name: string) => JSON.stringify(uids.get(name));
  const pod = (name: string): Asked => ({ podName: name, podUID: uids.get(name)! });
  const mine = 'PodCertificateRequest for pod "ns/mine"';
  const retrieving = (what: string, missing: string) =>
    `while retrieving ${what} named in the PodCertificateRequest: ${missing} not found`;
  const table: [spec: Asked, status: number, message: string][] = [
    [{}, 201, ''],
    [
      { nodeName: 'other', nodeUID: uids.get('other')! },
      403,
      'PodCertificateRequest.Spec.NodeName="other", which is not the requesting node "me"',
    ],
    [{ nodeUID: 'x' }, 500, `${mine} names node UID "x", inconsistent with the running node (${uid('me')})`],
    [{ podName: 'none' }, 500, retrieving('pod "ns/none"', 'pod "none"')],
    [{ podUID: 'x' }, 500, `${mine} contains pod UID ("x") which differs from running pod ${uid('mine')}`],
    [pod('theirs'), 403, 'pod "ns/theirs" is not running on node "me" named in the PodCertificateRequest'],
    [
      { serviceAccountName: 'another' },
      403,
      `${mine} contains serviceAccountName ("another") that differs from running pod ("default")`,
    ],
    [
      { ...pod('orphan'), serviceAccountName: 'gone' },
      500,
      retrieving('service account "ns/gone"', 'serviceaccount "gone"'),
    ],
    [
      { serviceAccountUID: 'x' },
      500,
      `${mine} names service account UID "x", which differs from the running service account (${uid('default')})`,
    ],
  ];
  for (const [spec, status, message] of table) {
    assert.deepEqual(await asked(spec), [status, message], JSON.stringify(spec));
  }
  const unknown = await asked({ nodeName: 'ghost' }, 'ghost');
  assert.deepEqual(unknown, [500, retrieving('node "ghost"', 'node "ghost"')]);
});

test('a node reads the requests that it made, and changes none', async () => {
  assert.equal((await asked({}, 'me', ''))[0], 201);
  const said = async (by: string, method: string, path: string) => {
    const { status, message } = await scene.ask(method, place + path, undefined, { user: aNodeUser(by) });
    return status === 200 ? '' : message.slice(message.lastIndexOf(': ') + 2);
  };
  const narrow = 'can only list/watch podcertificaterequests with nodeName field selector';
  const table: [by: string, method: string, path: string, want: string][] = [
    ['me', 'GET', '/r', ''],
    ['other', 'GET', '/r', "no relationship found between node 'other' and this object"],
    ['me', 'GET', '?fieldSelector=spec.nodeName=me', ''],
    ['other', 'GET', '?fieldSelector=spec.nodeName=me', narrow],
    ['me', 'GET', '', narrow],
    ['me', 'GET', '/r/status', 'nodes may not access the status subresource of PodCertificateRequests'],
    ['me', 'DELETE', '/r', 'nodes may not delete podcertificaterequests'],
  ];
  for (const [by, method, path, want] of table)
    assert.equal(await said(by, method, path), want, `${by} ${method} ${path}`);
});
