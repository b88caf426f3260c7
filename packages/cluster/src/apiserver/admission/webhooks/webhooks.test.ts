import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import type { TLSSocket } from 'node:tls';
import { after, before, test } from 'node:test';
import { systemClock, seededRandom } from '@tiphys/sdk/runtime';
import { selfSigned } from '../../../pki/index.ts';
import { type Answer, serverScene, type ServerScene } from '../../server-scene.ts';
import type { ShownUser } from '../../webhook-client/index.ts';

interface Review {
  apiVersion: string;
  kind: string;
  request: {
    uid: string;
    operation: string;
    object: { data?: Record<string, string> } | null;
    oldObject: unknown;
    userInfo: { username: string };
    dryRun: boolean;
  } & Record<string, unknown>;
}
type Reply = Record<string, unknown> | number;

let scene: ServerScene;
let server: Server;
let url: string;
/** How many connections were made. */
let connections = 0;
const { key, cert } = selfSigned(['127.0.0.1'], { clock: systemClock, random: seededRandom(1) });
const caBundle = Buffer.from(cert).toString('base64');
/** What webhooks were asked, and what they say, by path. */
const asked: { path: string; review: Review; headers: IncomingHttpHeaders; shown: string | undefined }[] = [];
/** Who the server is, where it isn't nobody. */
let user: ShownUser | Error | undefined;
const users = (at: string) => {
  if (`https://${at}` !== url) return Promise.resolve(undefined);
  return user instanceof Error ? Promise.reject(user) : Promise.resolve(user);
};
const replies = new Map<string, (review: Review) => Reply>();

before(async () => {
  scene = await serverScene({ admission: { enable: [], disable: [], validatingWebhookUsers: users } });
  await scene.given({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'ns' } });
  server = createServer({ key, cert, ca: cert, requestCert: true, rejectUnauthorized: false }, (request, response) => {
    void json(request).then((body) => {
      const review = body as Review;
      const path = (request.url ?? '').replace(/\?.*/, '');
      const { headers } = request;
      const shown = (request.socket as TLSSocket).getPeerX509Certificate()?.toString();
      asked.push({ path, review, headers, shown });
      const reply = replies.get(path)?.(review) ?? { allowed: true };
      if (typeof reply === 'number') return response.writeHead(reply).end('so sorry');
      const {
        apiVersion,
        kind,
        request: { uid },
      } = review;
      response.end(JSON.stringify({ apiVersion, kind, response: { uid, ...reply } }));
    });
  }).listen(0, '127.0.0.1');
  server.on('secureConnection', () => connections++);
  await once(server, 'listening');
  url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => {
  scene.stop();
  server.close();
});

type Kind = 'mutating' | 'validating';
const group = '/apis/admissionregistration.k8s.io/v1';
const rules = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['*'], resources: ['configmaps'] }];

/** Does something while webhooks are configured, each at the path of its name. */
async function under<T>(
  kind: Kind,
  webhooks: Record<string, Record<string, unknown>>,
  act: () => Promise<T>,
): Promise<T> {
  const path = `${group}/${kind}webhookconfigurations`;
  const made = await scene.ask('POST', path, {
    metadata: { name: 'w' },
    webhooks: Object.entries(webhooks).map(([name, more]) => ({
      name: `${name}.example.com`,
      clientConfig: { url: `${url}/${name}`, caBundle },
      admissionReviewVersions: ['v1'],
      sideEffects: 'None',
      rules,
      ...more,
    })),
  });
  assert.equal(made.message, '');
  asked.length = 0;
  try {
    return await act();
  } finally {
    replies.clear();
    await scene.ask('DELETE', `${path}/w`);
  }
}

const write = (data: Record<string, string> = {}): Promise<Answer> =>
  scene.ask('POST', '/api/v1/namespaces/ns/configmaps?dryRun=All', { metadata: { name: 'c' }, data });
const patchOf = (...operations: object[]) => ({
  allowed: true,
  patchType: 'JSONPatch',
  patch: Buffer.from(JSON.stringify(operations)).toString('base64'),
});
const add = (name: string, value: string) => patchOf({ op: 'add', path: `/data/${name}`, value });

test('a webhook is told of a write, and may warn and refuse', async () => {
  await under('validating', { a: {} }, async () => {
    assert.equal((await write({ x: 'y' })).status, 201);
    const { request, apiVersion, kind } = asked[0]!.review;
    assert.deepEqual([apiVersion, kind], ['admission.k8s.io/v1', 'AdmissionReview']);
    assert.deepEqual(
      [request.operation, request.object?.data, request.oldObject, request.userInfo.username, request.dryRun],
      ['CREATE', { x: 'y' }, null, 'admin', true],
    );
    for (const [status, code, message] of [
      [{ message: 'no', code: 418, reason: 'Teapot' }, 418, 'admission webhook "a.example.com" denied the request: no'],
      [{ reason: 'Because' }, 400, 'admission webhook "a.example.com" denied the request: Because'],
      [undefined, 400, 'admission webhook "a.example.com" denied the request without explanation'],
    ] as const) {
      replies.set('/a', () => ({ allowed: false, status, warnings: ['beware'] }));
      const refused = await write();
      assert.deepEqual([refused.status, refused.message], [code, message]);
      assert.match(String(refused.headers['warning']), /beware/);
    }
  });
});

test('webhooks change writes one after the other, and see each other once more when they want to', async () => {
  replies.set('/first', ({ request }) => add('first', request.object?.data?.['second'] ?? 'alone'));
  replies.set('/second', ({ request }) => add('second', `after ${request.object?.data?.['first']}`));
  const both = { first: { reinvocationPolicy: 'IfNeeded' }, second: { reinvocationPolicy: 'Never' } };
  const { body } = await under('mutating', both, () => write({ own: '1' }));
  assert.deepEqual((body as { data?: unknown }).data, { own: '1', first: 'after alone', second: 'after alone' });
  assert.deepEqual(
    asked.map(({ path }) => path),
    ['/first', '/second', '/first'],
  );
});

test('a webhook that changes writes may refuse a deletion, which there is nothing to change about', async () => {
  const path = '/api/v1/namespaces/ns/configmaps';
  await scene.ask('POST', path, { metadata: { name: 'kept' } });
  await under('mutating', { a: {} }, async () => {
    const remove = () => scene.ask('DELETE', `${path}/kept`);
    replies.set('/a', () => ({ allowed: false, status: { message: 'keep it' } }));
    assert.equal((await remove()).message, 'admission webhook "a.example.com" denied the request: keep it');
    const { operation, object } = asked[0]!.review.request;
    assert.deepEqual([operation, object], ['DELETE', null]);
    replies.set('/a', () => add('x', 'y'));
    assert.match((await remove()).message, /attempted to modify the object, which is not supported for this operation/);
    replies.clear();
    assert.equal((await remove()).status, 200);
  });
});

test('a webhook that cannot be asked, or talks nonsense, refuses unless that is to be ignored', async () => {
  const failed = (why: string) => `Internal error occurred: failed calling webhook "a.example.com": ${why}`;
  const invalid = (why: string) => failed(`received invalid webhook response: ${why}`);
  const cases: readonly (readonly [Kind, Record<string, unknown>, Reply, RegExp | string])[] = [
    [
      'validating',
      {},
      500,
      failed('failed to call webhook: an error on the server ("so sorry") has prevented the request from succeeding'),
    ],
    ['validating', {}, 404, failed('failed to call webhook: the server could not find the requested resource')],
    [
      'validating',
      {},
      { uid: 'x', allowed: true },
      /received invalid webhook response: expected response\.uid="[-0-9a-f]+", got "x"$/,
    ],
    ['validating', {}, { allowed: true, patch: 'e30=' }, invalid('validating webhook may not return response.patch')],
    [
      'mutating',
      {},
      { allowed: true, patch: 'e30=' },
      invalid('webhook returned response.patch but not response.patchType'),
    ],
    [
      'mutating',
      {},
      { allowed: true, patchType: 'JSONPatch' },
      invalid('webhook returned response.patchType but not response.patch'),
    ],
    ['mutating', {}, patchOf({ op: 'test', path: '/data/none', value: 1 }), /^Internal error occurred: /],
    [
      'validating',
      { clientConfig: { url: 'https://127.0.0.1:1/a' } },
      {},
      failed(
        'failed to call webhook: Post "https://127.0.0.1:1/a?timeout=10s": dial tcp 127.0.0.1:1: connect: connection refused',
      ),
    ],
    [
      'validating',
      { timeoutSeconds: 3, clientConfig: { service: { namespace: 'ns', name: 'none', path: '/x' } } },
      {},
      failed('failed to call webhook: Post "https://none.ns.svc:443/x?timeout=3s": service "none" not found'),
    ],
  ];
  for (const [kind, more, reply, message] of cases) {
    replies.set('/a', () => reply);
    const answer = await under(kind, { a: more }, () => write({}));
    assert.equal(answer.status, 500, answer.text);
    if (typeof message === 'string') assert.equal(answer.message, message);
    else assert.match(answer.message, message);
  }
  replies.set('/a', () => 500);
  assert.equal((await under('validating', { a: { failurePolicy: 'Ignore' } }, () => write())).status, 201);
});

test('certificates are checked against the bundle', async () => {
  const untrusted = { a: { clientConfig: { url: `${url}/a` } } };
  const { message } = await under('validating', untrusted, () => write());
  assert.match(message, /tls: failed to verify certificate: x509: certificate signed by unknown authority$/);
  assert.equal(asked.length, 0);
});

test('a webhook is told who asks', async () => {
  await under('validating', { a: {} }, async () => {
    assert.equal((await write()).status, 201);
    const keyPair = () => Promise.resolve({ cert: Buffer.from(cert), key: Buffer.from(key) });
    user = { keyPair, headers: () => Promise.resolve({ authorization: 'Bearer t', 'impersonate-group': ['g', 'h'] }) };
    assert.equal((await write()).status, 201);
    user = new Error('auth provider not supported');
    assert.equal(
      (await write()).message,
      'Internal error occurred: failed calling webhook "a.example.com": could not get REST client: auth provider not supported',
    );
    user = undefined;
  });
  assert.deepEqual(
    asked.map(({ headers: h, shown }) => [h['user-agent'], h.authorization, h['impersonate-group'], shown]),
    [
      ['kube-apiserver-admission', undefined, undefined, undefined],
      ['kube-apiserver-admission', 'Bearer t', 'g, h', cert],
    ],
  );
});

test('conditions and rules say what a webhook is asked about', async () => {
  const condition = (expression: string) => ({ a: { matchConditions: [{ name: 'c', expression }] } });
  replies.set('/a', () => ({ allowed: false }));
  assert.equal((await under('validating', condition("object.data.x == 'y'"), () => write({ x: 'z' }))).status, 201);
  replies.set('/a', () => ({ allowed: false }));
  assert.equal((await under('validating', condition("object.data.x == 'y'"), () => write({ x: 'y' }))).status, 400);
  const { status, message } = await under('validating', condition("object.nope == 'y'"), () => write());
  assert.equal(status, 403);
  assert.match(
    message,
    /^configmaps "c" is forbidden: expression 'object\.nope == 'y'' resulted in error: no such key: nope$/,
  );
  replies.set('/a', () => ({ allowed: false }));
  assert.equal((await under('validating', { a: { rules: [] } }, () => write())).status, 201);
});

test('one connection serves many calls, and another when it was closed', async () => {
  await under('validating', { a: {} }, async () => {
    server.closeIdleConnections();
    await write();
    const before = connections;
    for (let i = 0; i < 5; i++) assert.equal((await write()).status, 201);
    assert.equal(connections, before);
    server.closeIdleConnections();
    assert.equal((await write()).status, 201);
    assert.equal(connections, before + 1);
  });
});
