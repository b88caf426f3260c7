import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { seededRandom, systemClock } from '@tiphys/sdk/runtime';
import { s } from '@tiphys/sdk/schema';
import { SimClock } from '@tiphys/sdk/testing';
import { selfSigned } from '../../pki/index.ts';
import { refusalOf, WebhookClient, WebhookConnections, WebhookFailure, withRetries } from './index.ts';

let server: Server;
let secure: https.Server;
let secureHost: string;
const { key, cert } = selfSigned(['127.0.0.1'], { clock: systemClock, random: seededRandom(1) });
let directory: string;
let host: string;
let reply: (request: IncomingMessage, response: ServerResponse) => void;
const asked: { url: string | undefined; authorization: string | undefined; body: unknown }[] = [];

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'webhook-client-'));
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    void json(request).then((body) => {
      asked.push({ url: request.url, authorization: request.headers.authorization, body });
      reply(request, response);
    });
  };
  server = createServer(answer).listen(0, '127.0.0.1');
  secure = https.createServer({ key, cert }, answer).listen(0, '127.0.0.1');
  await Promise.all([once(server, 'listening'), once(secure, 'listening')]);
  [host, secureHost] = [server, secure].map((one) => `127.0.0.1:${(one.address() as AddressInfo).port}`) as [
    string,
    string,
  ];
});
after(async () => {
  for (const each of [server, secure]) {
    each.closeAllConnections();
    each.close();
  }
  await rm(directory, { recursive: true });
});

const trusted = (path: string) => ({
  server: `https://${secureHost}${path}`,
  'certificate-authority-data': Buffer.from(cert).toString('base64'),
});

async function client(path: string, { user, timeoutMs = 3000 }: { user?: object; timeoutMs?: number } = {}) {
  const file = join(directory, 'kubeconfig');
  const config = {
    clusters: [{ name: 'c', cluster: user ? trusted(path) : { server: `http://${host}${path}` } }],
    users: [{ name: 'u', user: user ?? { token: 'not told without TLS' } }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  };
  await writeFile(file, JSON.stringify(config));
  return WebhookClient.load(file, { clock: systemClock, connections: new WebhookConnections(), timeoutMs });
}

test('a webhook is asked at the path of its kubeconfig, by the user of it', async () => {
  reply = (_request, response) => response.end('{"status":{"allowed":true}}');
  asked.length = 0;
  const one = await client('/authorize/', { user: { token: 't' } });
  assert.deepEqual(await one.ask({ kind: 'K' }), { status: { allowed: true } });
  const other = await client('', { user: { username: 'n', password: 'p' }, timeoutMs: 90_000 });
  await other.ask({});
  await (await client('/plain')).ask({});
  assert.deepEqual(asked, [
    { url: '/authorize?timeout=3s', authorization: 'Bearer t', body: { kind: 'K' } },
    { url: '/?timeout=1m30s', authorization: `Basic ${Buffer.from('n:p').toString('base64')}`, body: {} },
    { url: '/plain?timeout=3s', authorization: undefined, body: {} },
  ]);
});

test('what goes wrong is told in words that people search for, and whether it may pass', async () => {
  const failure = async (options = {}) => {
    const asking = client('/a', options).then((c) => c.ask({}));
    const err = await asking.then(
      () => assert.fail('it was answered'),
      (e: unknown) => e,
    );
    assert.ok(err instanceof WebhookFailure, String(err));
    return [err.message, err.status, err.isTimeout, err.mayPass];
  };
  reply = (_request, response) => response.writeHead(500).end('so sorry');
  const sorry = 'an error on the server ("so sorry") has prevented the request from succeeding';
  assert.deepEqual(await failure(), [sorry, 500, false, true]);
  reply = (_request, response) => response.writeHead(404, { 'retry-after': '1' }).end('');
  assert.deepEqual(await failure(), ['the server could not find the requested resource', 404, false, true]);
  reply = (_request, response) => response.writeHead(503).end('');
  assert.deepEqual(await failure(), ['the server is currently unable to handle the request', 503, false, false]);
  reply = (_request, response) => response.writeHead(500).end(status('no', 'Conflict'));
  assert.deepEqual(await failure(), ['no', 500, false, false]);
  reply = (_request, response) => response.writeHead(409).end(status('wait', 'ServerTimeout'));
  assert.deepEqual(await failure(), ['wait', 409, false, true]);
  reply = (request) => request.socket.destroy();
  assert.deepEqual(await failure(), [`Post "http://${host}/a?timeout=3s": EOF`, 0, false, false]);
  reply = () => {};
  const late = 'net/http: request canceled (Client.Timeout exceeded while awaiting headers)';
  assert.deepEqual(await failure({ timeoutMs: 50 }), [`Post "http://${host}/a?timeout=50ms": ${late}`, 0, true, false]);
  reply = (_request, response) => void response.writeHead(200).write('{');
  assert.deepEqual(await failure({ timeoutMs: 50 }), [`Post "http://${host}/a?timeout=50ms": ${late}`, 0, true, false]);
  const nowhere = WebhookClient.load('/nope', { clock: systemClock, connections: new WebhookConnections() });
  await assert.rejects(nowhere, { message: 'stat /nope: no such file or directory' });
});

const status = (message: string, reason?: string) =>
  JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', message, reason });

for (const [code, text, want] of [
  [400, '', 'the server rejected our request for an unknown reason'],
  [401, '', 'the server has asked for the client to provide credentials'],
  [403, 'never', 'never'],
  [403, '', 'unknown'],
  [429, '', 'the server has received too many requests and has asked us to try again later'],
  [502, '', 'an error on the server ("unknown") has prevented the request from succeeding'],
  [503, 'x', 'the server is currently unable to handle the request'],
  [418, 'x', 'the server responded with the status code 418 but did not return more information'],
  [500, status('no and again no'), 'no and again no'],
  [
    500,
    '{"kind":"Pod"}',
    'an error on the server ("{\\"kind\\":\\"Pod\\"}") has prevented the request from succeeding',
  ],
] as const) {
  const answer = { status: code, text, retryAfter: undefined, contentType: 'text/plain' };
  test(`${code} ${text}: ${want}`, () => assert.equal(refusalOf(answer), want));
}

test('an answer that is no text is not quoted', () => {
  const answer = { status: 500, text: 'x', retryAfter: undefined, contentType: 'application/json' };
  assert.match(refusalOf(answer), /\("unknown"\)/);
});

test('what may pass is asked again, five times in all, later each time', async () => {
  const clock = new SimClock();
  const retries = { clock, random: seededRandom(1) };
  const passing = new WebhookFailure('not now', { mayPass: true });
  let attempts = 0;
  const failing = withRetries(() => Promise.reject((attempts++, passing)), retries);
  await Promise.all([assert.rejects(failing, passing), clock.advance(10_000)]);
  assert.equal(attempts, 5);
  const final = new WebhookFailure('never');
  attempts = 0;
  await assert.rejects(
    withRetries(() => Promise.reject((attempts++, final)), retries),
    final,
  );
  assert.equal(attempts, 1);
  const second = withRetries(() => (attempts++ < 2 ? Promise.reject(passing) : Promise.resolve('yes')), retries);
  await clock.advance(1000);
  assert.equal(await second, 'yes');
});

const review = {
  apiVersion: 'authorization.k8s.io/v1',
  kind: 'SubjectAccessReview',
  schema: s.struct('x.v1.SubjectAccessReview', {
    status: s.opt(1, s.struct('x.v1.SubjectAccessReviewStatus', { allowed: s.opt(1, s.bool()) })),
  }),
};
const header =
  'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';
for (const [text, want] of [
  ['{}', {}],
  ['{"status":{"allowed":true},"other":1}', { status: { allowed: true } }],
  ['', '0-length response with status code: 200 and content type: application/json'],
  [
    'hello',
    `couldn't get version/kind; json parse error: json: cannot unmarshal string into Go value of type ${header}`,
  ],
  ['[]', `couldn't get version/kind; json parse error: json: cannot unmarshal array into Go value of type ${header}`],
  ['{"apiVersion":"v1","kind":"Pod"}', 'converting (v1.Pod) to (v1.SubjectAccessReview): unknown conversion'],
  [
    '{"apiVersion":"authorization.k8s.io/v1beta1","kind":"SubjectAccessReview"}',
    'converting (v1beta1.SubjectAccessReview) to (v1.SubjectAccessReview): unknown conversion',
  ],
  [
    '{"apiVersion":"v1","kind":"Foo"}',
    'no kind "Foo" is registered for version "v1" in scheme "pkg/runtime/scheme.go:111"',
  ],
  [
    '{"status":{"allowed":"yes"}}',
    'json: cannot unmarshal string into Go struct field SubjectAccessReviewStatus.status.allowed of type bool',
  ],
] as const) {
  test(`an answer of ${text || 'nothing'}`, async () => {
    reply = (_request, response) => response.end(text);
    const answer = (await client('/')).askFor({}, review);
    if (typeof want === 'string') await assert.rejects(answer, { message: want });
    else assert.deepEqual(await answer, want);
  });
}
